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

# Called by the page's template, report/page.html.
_.felt_beside_measured
_.evidence
_.seeable
_.one_minute
_.five_minutes
_.checked
_.presses_without_meaning
_.good_to_know
_.moved_groups

# Called by the bench, which draws the healthy tail with it.
_.statistic

# A column of emergency_signs.csv; docs/generate.py writes it into the reference.
_.action

# Whole runs beside the runner's usual: called by the bench and the tests until an archive keeps a
# baseline.
_.baseline_of
_.run_means_of
_.weigh_whole_run
_.ROBUST_SD_PP
_.draw_run_means

# Written for tests and the bench, which read them back.
_.write_activity_list
_.write_powercenter
