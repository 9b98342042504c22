"""File names for what people named: no two are one file, and none is too long."""

import hashlib
import re

# Room for a board before it and an ending behind it, within the 255 bytes of a name.
LONGEST = 60


def file_name(text: str) -> str:
    """A part of a file name that no other text has.

    Lower case, digits and signs stay as they are; all else is made readable, with a
    hash of the text behind it. On a file system that ignores case, `Acme` would
    otherwise be `acme`, and wherever a letter is no ASCII, nothing.
    """
    slug = re.sub(r"[^A-Za-z0-9_]+", "-", text).strip("-")
    if slug == text and text == text.lower() and 0 < len(text) <= LONGEST:
        return text
    made = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return "-".join(filter(None, [slug[:LONGEST].strip("-"), made]))
