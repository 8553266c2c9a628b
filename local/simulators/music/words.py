"""Names for tracks, albums, artists and playlists, in several scripts."""

from collections.abc import Sequence

OPENINGS = (
    "Midnight", "Silver", "Broken", "Electric", "Golden", "Hollow", "Crystal", "Paper", "Distant",
    "Velvet", "Burning", "Quiet", "Concrete", "Northern", "Neon", "Wild", "Faded", "Endless", "Blue",
    "Second", "Lonely", "Scarlet", "Frozen", "Ordinary", "Déjà", "Été", "Año", "Über", "Små", "Żółte",
    "Ночной", "夜の", "青い", "서울",
)  # fmt: skip
NOUNS = (
    "River", "Skyline", "Machines", "Hearts", "Garden", "Highway", "Letters", "Horizon", "Ghosts",
    "Summer", "Mirrors", "Thunder", "Lullaby", "Satellites", "Harbour", "Windows", "Fever", "Canyon",
    "Parade", "Rooms", "Wolves", "Tides", "Clockwork", "Avenue", "Corazón", "Fenêtre", "Straße", "Sjö",
    "город", "東京", "恋", "사랑",
)  # fmt: skip
TAILS = (
    "", "", "", "", "", "", "", " (Live)", " - Remastered 2011", " - Radio Edit", " (Acoustic)",
    ", Pt. II", " (feat. Ana Ríos)", " - Bonus Track", " / Reprise", " 🌙", " (مع الليل)", " «Интро»",
    "!", " '98",
)  # fmt: skip
FIRST_NAMES = (
    "Lena", "Marcus", "Sofía", "Björk", "Théo", "Amara", "Kenji", "Ingrid", "Mateo", "Zoë", "Oluwaseun",
    "Noor", "Tomáš", "Ayşe", "Дарья", "美咲", "지우", "أمينة", "The", "DJ", "Los", "Les", "Die", "MC",
)  # fmt: skip
LAST_NAMES = (
    "Hartley", "Okafor", "Núñez", "Lindqvist", "Moreau", "Sato", "Kowalski", "Ferreira", "Özdemir",
    "Novák", "Foxes", "Orchestra", "Wanderers", "Collective", "Fantômes", "Kings", "Sound System",
    "Trio", "& The Echoes", "Brüder", "Волков", "明", "AC/DC-ish", "of Monsters",
)  # fmt: skip
GENRES = (
    "indie rock", "dream pop", "techno", "neo soul", "jazz fusion", "post-punk", "reggaeton", "k-pop",
    "ambient", "melodic death metal", "chanson française", "afrobeats", "bossa nova", "drum and bass",
    "synthwave", "folk",
)  # fmt: skip
MOODS = (
    "Morning Run", "Focus", "Late Night Drive", "Sunday Kitchen", "Gym", "Roadtrip 2019",
    "Été à la mer", "ドライブ", "Party 🎉", "Sleep", "Rainy Days", "Best of", "شارع", "Новый год",
    "Deep Work", "Throwback", "Wedding", "Liked once",
)  # fmt: skip

ODD_NAMES = (
    "",
    "Half an emoji \ud83d",
    "\u200fموسيقى\u200f (RTL) \u202eeman\u202c",
    "Cafe\u0301 n\u0303 combining",
    "Nul\x00inside",
    "👩\u200d👩\u200d👧\u200d👦 🏳\ufe0f\u200d🌈 family",
    "<b>\"quotes\" & 'tags'</b>\\",
    " leading and trailing ",
    "line\u2028separator\ttab",
)
"""Names that exist in real libraries and break careless software; one holds a lone surrogate."""

MARKETS = (
    "AD", "AE", "AG", "AL", "AM", "AO", "AR", "AT", "AU", "AZ", "BA", "BB", "BD", "BE", "BF", "BG",
    "BH", "BI", "BJ", "BN", "BO", "BR", "BS", "BT", "BW", "BY", "BZ", "CA", "CD", "CG", "CH", "CI",
    "CL", "CM", "CO", "CR", "CV", "CW", "CY", "CZ", "DE", "DJ", "DK", "DM", "DO", "DZ", "EC", "EE",
    "EG", "ES", "ET", "FI", "FJ", "FM", "FR", "GA", "GB", "GD", "GE", "GH", "GM", "GN", "GQ", "GR",
    "GT", "GW", "GY", "HK", "HN", "HR", "HT", "HU", "ID", "IE", "IL", "IN", "IQ", "IS", "IT", "JM",
    "JO", "JP", "KE", "KG", "KH", "KI", "KM", "KN", "KR", "KW", "KZ", "LA", "LB", "LC", "LI", "LK",
    "LR", "LS", "LT", "LU", "LV", "LY", "MA", "MC", "MD", "ME", "MG", "MH", "MK", "ML", "MN", "MO",
    "MR", "MT", "MU", "MV", "MW", "MX", "MY", "MZ", "NA", "NE", "NG", "NI", "NL", "NO", "NP", "NR",
    "NZ", "OM", "PA", "PE", "PG", "PH", "PK", "PL", "PR", "PS", "PT", "PW", "PY", "QA", "RO", "RS",
    "RW", "SA", "SB", "SC", "SE", "SG", "SI", "SK", "SL", "SM", "SN", "SR", "ST", "SV", "SZ", "TD",
    "TG", "TH", "TJ", "TL", "TN", "TO", "TR", "TT", "TV", "TW", "TZ", "UA", "UG", "US", "UY", "UZ",
    "VC", "VE", "VN", "VU", "WS", "XK", "ZA", "ZM", "ZW",
)  # fmt: skip


def pick(words: Sequence[str], chance: int) -> str:
    """The word that a number chooses."""
    return words[chance % len(words)]


def title(chance: int) -> str:
    """The name of a track or an album."""
    return f"{pick(OPENINGS, chance)} {pick(NOUNS, chance >> 10)}{pick(TAILS, chance >> 20)}"


def person(chance: int) -> str:
    """The name of an artist."""
    return f"{pick(FIRST_NAMES, chance)} {pick(LAST_NAMES, chance >> 10)}"
