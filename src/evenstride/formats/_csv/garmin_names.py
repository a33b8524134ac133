"""The column names of Garmin Connect's list of activities, as public exports show them.

Only names some public file or program carries are here: no translation of our own. Where a list
mixes sports, Garmin heads the one cadence column with the bicycle's name; a run's value in it is
the run's own.
"""

NAMES: dict[str, tuple[str, ...]] = {
    "activity": (
        "activity type",
        "aktivitätstyp",
        "type d'activité",
        "tipo de actividad",
        "tipo di attività",
        "tipo de atividade",
        "activiteittype",
        "アクティビティタイプ",
        "typ aktywności",
    ),
    "start": ("date", "datum", "fecha", "data", "日付"),
    "title": ("title", "titel", "titre", "título", "titolo", "タイトル", "tytuł"),
    "distance": (
        "distance",
        "distanz",
        "distancia",
        "distanza",
        "distância",
        "afstand",
        "距離",
        "dystans",
    ),
    "duration": (
        "time",
        "activity time",
        "zeit",
        "durée",
        "tiempo",
        "tempo",
        "tempo total",
        "tijd",
        "タイム",
        "czas",
    ),
    "moving": (
        "moving time",
        "zeit in bewegung",
        "temps de déplacement",
        "tiempo en movimiento",
        "tempo in movimento",
        "tempo em movimento",
        "tijd bewogen",
        "移動時間",
    ),
    "cadence": (
        "avg run cadence",
        "ø schrittfrequenz (laufen)",
        "cadence de course moyenne",
        "cadencia de carrera media",
        "cadenza di corsa media",
        "cadência de corrida média",
        "平均ピッチ",
        "avg bike cadence",
        "cadência bicicleta média",
        "gemiddelde fietscadans",
    ),
    "heart_rate": (
        "avg hr",
        "ø herzfrequenz",
        "ø hf",
        "fréquence cardiaque moyenne",
        "frecuencia cardiaca media",
        "fc media",
        "fc média",
        "gem. hs",
        "平均心拍数",
        "średnie tętno",
    ),
    "power": (
        "avg power",
        "ø leistung",
        "puissance moyenne",
        "potencia media",
        "potenza media",
        "potência média",
        "gem. vermogen",
        "平均パワー",
    ),
    "contact_time": (
        "avg ground contact time",
        "ø bodenkontaktzeit",
        "temps de contact moyen avec le sol",
        "tiempo medio de contacto con el suelo",
        "tempo medio di contatto con il suolo",
        "tempo médio de contato com o solo",
        "gem. grondcontacttijd",
        "平均接地時間",
    ),
    "balance": (
        "avg gct balance",
        "durchschnittliche balance der bodenkontaktzeit",
        "平均gctバランス",
    ),
    "oscillation": (
        "avg vertical oscillation",
        "ø vertikale bewegung",
        "oscillation verticale moyenne",
        "oscilación vertical media",
        "oscillazione verticale media",
        "gem. verticale oscillatie",
        "平均上下動",
    ),
    "ratio": (
        "avg vertical ratio",
        "durchschnittliches vertikales verhältnis",
        "rapport vertical moyen",
        "relación vertical media",
        "rapporto verticale medio",
        "gemiddelde verticale ratio",
        "平均上下動比",
    ),
    "step_length": (
        "avg stride length",
        "ø schrittlänge",
        "longueur moyenne des foulées",
        "longitud media de zancada",
        "lunghezza media passo",
        "comprimento médio da passada",
        "gem. staplengte",
        "平均歩幅",
    ),
}
"""What a column is, and the names it goes by, in small letters."""

RUNNING = (
    "running",
    "trailrun",
    "laufen",
    "laufband",
    "course à pied",
    "carrera",
    "corrida",
    "corsa",
    "hardlopen",
    "bieganie",
    "ラン",
)
"""Parts of the names of kinds of running, in small letters."""


def places_of(names: tuple[str, ...]) -> dict[str, int]:
    """Return where each known column stands among plain names.

    Examples
    --------
    >>> places_of(("aktivitätstyp", "datum", "shoes"))
    {'activity': 0, 'start': 1}
    """
    places = {}
    for what, known in NAMES.items():
        found = next((name for name in known if name in names), None)
        if found is not None:
            places[what] = names.index(found)
    return places
