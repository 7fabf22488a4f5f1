"""Reading what people write as a rule reads it: nothing typed between the characters hides a word."""

import re
import unicodedata

HAN = r"㐀-䶿一-鿿"

# What stands directly before a forbidden act and turns the sentence into the opposite: 无需家长签字.
NEGATED = re.compile(
    r"(?:不|不用|不需要?|不必|不要求?|不得|不再|不让|不请|无需|无须|毋需|毋须|请勿|切勿|勿|禁止|严禁|杜绝|拒绝|免)"
    r"(?:再|请|让|由|要求|给|找|劳烦|进行|任何)*$"
)


def plain_text(text: str) -> str:
    """`text` for matching: compatibility forms folded, lower case, no spaces or invisible characters, lines kept.

    Marks typed between two Hanzi to break a word (打-卡) go too; those beside digits stay, for 1-2 is not 12.
    """
    folded = unicodedata.normalize("NFKC", text).lower()
    lines = ("".join(c for c in line if not c.isspace() and unicodedata.category(c) != "Cf") for line in folded.splitlines())
    return re.sub(rf"(?<=[{HAN}])[*_~·•.|/\-]+(?=[{HAN}])", "", "\n".join(lines))
