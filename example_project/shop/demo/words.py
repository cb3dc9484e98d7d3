"""The shop's vocabulary: its departments, and the words that its products are made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Shelf:
    """A leaf of the category tree and what stands on it."""

    name: str
    nouns: tuple[str, ...]
    prices: tuple[int, int]
    materials: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    digital: bool = False


WOODS = ("oak", "walnut", "beech", "ash", "pine", "bamboo")
METALS = ("steel", "brass", "aluminium", "copper", "iron")
CLOTHS = ("cotton", "linen", "wool", "hemp", "fleece", "denim")
CANVASES = ("canvas", "nylon", "cotton")
CLAYS = ("stoneware", "porcelain", "terracotta", "glass")
PLASTICS = ("recycled plastic", "silicone", "rubber", "nylon")
CLOTHES_SIZES = ("XS", "S", "M", "L", "XL")
SHOE_SIZES = ("38", "40", "42", "44", "46")
BED_SIZES = ("single", "double", "king")

DEPARTMENTS: dict[str, tuple[Shelf, ...]] = {
    "Furniture": (
        Shelf("Chairs", ("chair", "armchair", "stool", "rocking chair"), (49, 890), WOODS + METALS),
        Shelf("Tables", ("dining table", "side table", "desk", "coffee table"), (89, 1900), WOODS),
        Shelf("Storage", ("shelf", "sideboard", "wardrobe", "chest of drawers"), (59, 1600), WOODS),
        Shelf("Beds", ("bed", "bunk bed", "daybed"), (199, 2400), WOODS, BED_SIZES),
    ),
    "Lighting": (
        Shelf("Table lamps", ("table lamp", "desk lamp", "reading lamp"), (25, 320), METALS + CLAYS),
        Shelf("Floor lamps", ("floor lamp", "arc lamp", "uplighter"), (59, 640), METALS + WOODS),
        Shelf("Pendants", ("pendant", "chandelier", "ceiling lamp"), (39, 980), METALS + CLAYS),
    ),
    "Kitchen": (
        Shelf("Cookware", ("frying pan", "saucepan", "casserole", "wok"), (19, 290), METALS),
        Shelf("Knives", ("chef's knife", "bread knife", "paring knife"), (15, 260), METALS),
        Shelf("Tableware", ("plate", "bowl", "mug", "teapot", "serving dish"), (6, 120), CLAYS),
        Shelf("Kettles", ("kettle", "coffee maker", "milk frother"), (29, 240), METALS),
    ),
    "Textiles": (
        Shelf(
            "Bedding", ("duvet cover", "pillow case", "blanket", "fitted sheet"), (12, 280), CLOTHS, BED_SIZES
        ),
        Shelf("Rugs", ("rug", "runner", "doormat"), (25, 1200), CLOTHS),
        Shelf("Curtains", ("curtain", "tablecloth", "cushion"), (14, 210), CLOTHS),
    ),
    "Clothing": (
        Shelf("Shirts", ("shirt", "T-shirt", "polo shirt", "blouse"), (15, 120), CLOTHS, CLOTHES_SIZES),
        Shelf("Jackets", ("jacket", "coat", "cardigan", "raincoat"), (59, 480), CLOTHS, CLOTHES_SIZES),
        Shelf("Shoes", ("sneaker", "boot", "sandal", "loafer"), (39, 320), ("leather", *CLOTHS), SHOE_SIZES),
    ),
    "Electronics": (
        Shelf("Headphones", ("headphones", "earbuds", "headset"), (19, 540), PLASTICS + METALS),
        Shelf("Speakers", ("speaker", "soundbar", "radio"), (35, 1300), WOODS + PLASTICS),
        Shelf("Chargers", ("charger", "power bank", "cable", "docking station"), (7, 220), PLASTICS),
        Shelf("Keyboards", ("keyboard", "mouse", "trackpad"), (19, 310), PLASTICS + METALS),
    ),
    "Garden": (
        Shelf("Tools", ("spade", "rake", "pruning shears", "watering can"), (9, 130), METALS + WOODS),
        Shelf("Planters", ("planter", "flower pot", "raised bed", "hanging basket"), (8, 260), CLAYS + WOODS),
        Shelf("Outdoor living", ("deck chair", "parasol", "fire bowl", "hammock"), (35, 760), WOODS + METALS),
    ),
    "Sports": (
        Shelf("Cycling", ("helmet", "bicycle bell", "pannier", "bicycle pump"), (9, 260), PLASTICS + METALS),
        Shelf(
            "Camping",
            ("tent", "sleeping bag", "backpack", "hammock"),
            (25, 690),
            ("canvas", "nylon", "cotton"),
        ),
        Shelf("Yoga", ("yoga mat", "yoga block", "meditation cushion"), (12, 140), ("cork", *PLASTICS)),
    ),
    "Reading": (
        Shelf("Notebooks", ("notebook", "sketchbook", "planner"), (5, 48), ("paper", "leather", "linen")),
        Shelf("E-books", ("handbook", "guide", "cookbook", "atlas"), (4, 39), digital=True),
        Shelf("Patterns", ("sewing pattern", "knitting pattern", "woodworking plan"), (3, 29), digital=True),
    ),
}

ADJECTIVES = (
    "Classic", "Compact", "Folding", "Stackable", "Slim", "Sturdy", "Lightweight", "Everyday", "Nordic",
    "Rustic", "Modern", "Vintage", "Handmade", "Quiet", "Bold", "Soft", "Round", "Tall", "Low", "Wide",
    "Travel", "Studio", "Workshop", "Little", "Grand", "Essential", "Original", "Heritage", "Urban",
    "Coastal",
)  # fmt: skip
COLOURS = (
    "black", "white", "grey", "navy", "sky blue", "forest green", "olive", "mustard", "terracotta",
    "burgundy", "blush", "sand",
)  # fmt: skip
TAGS = (
    "bestseller", "gift", "handmade", "limited", "new", "organic", "outdoor", "plastic-free", "repairable",
    "sale", "small-batch", "vegan", "wedding", "winter", "summer",
)  # fmt: skip
BENEFITS = (
    "It takes up little room and does its work for years",
    "Made in small batches and checked by hand before it leaves the workshop",
    "Every part can be replaced, and we keep the spare parts",
    "It arrives ready to use, in packaging that can be recycled",
    "A favourite of our customers since we opened the shop",
    "Designed together with the people who use it every day",
    "It goes well with everything else from the same maker",
    "Light enough to carry, strong enough to forget about",
)
CARE = (
    "Wipe clean with a damp cloth",
    "Keep away from direct sunlight",
    "Suitable for daily use",
    "Five years of guarantee",
    "Returns are free within thirty days",
    "Use indoors and outdoors",
)
CAMPAIGNS = (
    "Spring sale", "Summer sale", "Autumn days", "Winter sale", "Clearance", "Anniversary", "Weekend deal",
    "Maker of the month", "Back to school", "Members' week",
)  # fmt: skip
