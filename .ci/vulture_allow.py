"""Used, though no line of src says so; each with its reason. Read by vulture only."""

# Fields of the JSON contract: written out whole, field by field.
_.coordinated_s
_.off_s
_.probability
_.toward
_.foot_changed
_.baseline
_.coefficient
_.arrangements
_.onset_delay
_.recovery_delay
_.typical_lo_s
_.typical_hi_s
_.spread_lo_s
_.spread_hi_s
_.latency_lo_s
_.latency_hi_s
_.median_lo_s
_.median_hi_s
_.half_from_lo_s
_.half_from_hi_s
_.half_to_lo_s
_.half_to_hi_s
_.before_30_s
_.before_30_lo
_.before_30_hi
_.without_lo
_.without_hi
_.trend_per_bout
_.trend_lo
_.trend_hi
_.back_lo_s
_.back_hi_s

# Called by the page's template, report/page.html.
_.felt_beside_measured
_.unmoved
_.evidence
_.seeable
_.one_minute
_.five_minutes
_.checked
_.presses_without_meaning
_.good_to_know
_.moved_groups

# Called by the bench: the healthy tail, how well an end is foretold, and planted latencies.
_.statistic
_.not_recovered
_.bout_latencies_s

# The limits of a search beside the runner's normal: tested, in use once what it buys is measured.
_.tails_for

# A column of emergency_signs.csv; docs/generate.py writes it into the reference.
_.action

# Whole runs beside the runner's usual, and years of a runner: called by the bench and the tests.
_.normal_of
_.draw_days
_.run_means_of
_.weigh_whole_run
_.ROBUST_SD_PP
_.draw_run_means

# Written for tests and the bench, which read them back.
_.write_activity_list
_.write_powercenter

# Used by the bench and the tests only: exports and bombs are made there, workers are weighed.
_.write_garmin_export
_.write_strava_export
_.BOMBS
_.does
_.processes
