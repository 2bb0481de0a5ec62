"""Texts to paste: of everything that is hard to type, and the same in every run."""

from __future__ import annotations

PASTE_CHARACTERS = 2000

# Direct, with Shift, with AltGr, with dead keys, dead keys for themselves, tabs and line ends.
GERMAN = (
    'Grüße aus Köln, "Übermut & Öl": 100 % für 5 € (ca. 20 °C, 3 µm, m²)!\n'
    "\tPfad: C:\\Daten\\~neu | grep '[äöüß]' > {a;b} @ # $ ^ ` ´ §\n"
    "é è ê á à â ó ò ô ú ù û í ì î É È Ê Ç ç\n"
    'echo "it\'s `date`" && x=$((3*7^2)) # <= >= != -- _ = + - * / ?\n'
)
INTERNATIONAL = (
    "\"Quoted\" and 'quoted', don't `run` ~/this ^now^: naïve café, façade, señor, Ångström\n"
    "\táéíóú àèìòù âêîôû äëïöü ãõñ ÁÉÍÓÚ ÄËÏÖÜ ç Ç ß ø Ø å Å æ Æ ð þ\n"
    "€ £ ¥ ¤ ¡ ¿ « » © ® µ ¶ ² ³ ¼ ½ ¾ × ÷ § ° ¬\n"
    "if [ \"$a\" != 'b' ]; then echo {x,y} | sed 's/\\\\/|/g' > ~/z; fi # 100% @ 3*4=12 & <ok>\n"
)


def paste(lines: str, characters: int = PASTE_CHARACTERS) -> str:
    """So many characters of these lines, over and over."""
    return (lines * (characters // len(lines) + 1))[:characters]


# Each word is another one, so that a lost, a doubled and a swapped piece all show.
PLAIN = " ".join(f"word{number:03}" for number in range(300)) + " "
