"""Windows' keyboard layouts: which character is where, and which keys are dead.

XKB's layouts of the same names come from the same keyboards, and differ in what it has beyond
them: levels that Windows leaves empty, and accents that one of the two types directly. So for
Windows the whole table is written down, and nothing that is not in it is typed.

A row is a string of what its keys write, in the order of `ROWS`; a space is a key that writes
nothing or is dead. Pairs name a key by what a US keyboard has on it ("<" is the key left of Z),
then the character: "2@" with AltGr is AltGr+2. In `dead` a "+" before the key is Shift, a ">" is
AltGr.

Sources: docs/layouts.md lists them, layout by layout.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

ROWS = ("`1234567890-=", "qwertyuiop[]", "asdfghjkl;'\\", "<zxcvbnm,./")


@dataclass(frozen=True)
class Table:
    """One layout.

    Attributes:
        plain: what the keys write, row by row.
        shift: with Shift.
        alt_gr: pairs, with AltGr.
        both: pairs, with AltGr and Shift.
        dead: accents that wait for their letter, each with its key.
        composes: whether the accents are those of `ACCENTS`; otherwise only Space is typed
            after them.
        extra: what the key right of Slash on Brazilian keyboards writes, plain and with Shift.
    """

    plain: tuple[str, str, str, str]
    shift: tuple[str, str, str, str]
    alt_gr: str = ""
    both: str = ""
    dead: str = ""
    composes: bool = True
    extra: str = ""


VOWELS = "aeiouAEIOU"
# What Windows composes with them everywhere, and the mark that Unicode has for it. With Space
# comes the accent as it is written here.
ACCENTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "´": ("\u0301", VOWELS),
        "'": ("\u0301", VOWELS),  # US international
        "`": ("\u0300", VOWELS),
        "^": ("\u0302", VOWELS),
        "¨": ("\u0308", VOWELS),
        '"': ("\u0308", VOWELS),  # US international
        "~": ("\u0303", "anoANO"),
    }
)

_US_SHIFT = ("~!@#$%^&*()_+", "QWERTYUIOP{}", 'ASDFGHJKL:"|', "|ZXCVBNM<>?")
_NORDIC_PAIRS = "2@ 3£ 4$ 7{ 8[ 9] 0} e€ mµ"
_NORDIC_DEAD = "=´ +=` ]¨ +]^ >]~"

_GERMAN = Table(
    (" 1234567890ß ", "qwertzuiopü+", "asdfghjklöä#", "<yxcvbnm,.-"),
    ('°!"§$%&/()=? ', "QWERTZUIOPÜ*", "ASDFGHJKLÖÄ'", ">YXCVBNM;:_"),
    alt_gr="2² 3³ 7{ 8[ 9] 0} -\\ q@ e€ mµ ]~ <|",
    dead="`^ =´ +=`",
)
_FRENCH = Table(
    ("²&é\"'(-è_çà)=", "azertyuiop $", "qsdfghjklmù*", "<wxcvbn,;:!"),
    (" 1234567890°+", "AZERTYUIOP £", "QSDFGHJKLM%µ", ">WXCVBN?./§"),
    alt_gr="3# 4{ 5[ 6| 8\\ 9^ 0@ -] =} e€ ]¤",
    dead="[^ +[¨ >2~ >7`",
)
_SPANISH = Table(
    ("º1234567890'¡", "qwertyuiop +", "asdfghjklñ ç", "<zxcvbnm,.-"),
    ('ª!"·$%&/()=?¿', "QWERTYUIOP *", "ASDFGHJKLÑ Ç", ">ZXCVBNM;:_"),
    alt_gr="`\\ 1| 2@ 3# 6¬ e€ [[ ]] '{ \\}",
    dead="[` +[^ '´ +'¨ >4~",
)
_ITALIAN = Table(
    ("\\1234567890'ì", "qwertyuiopè+", "asdfghjklòàù", "<zxcvbnm,.-"),
    ('|!"£$%&/()=?^', "QWERTYUIOPé*", "ASDFGHJKLç°§", ">ZXCVBNM;:_"),
    alt_gr="e€ [[ ]] ;@ '#",
    both="[{ ]}",
)
_PORTUGUESE = Table(
    ("\\1234567890'«", "qwertyuiop+ ", "asdfghjklçº ", "<zxcvbnm,.-"),
    ('|!"#$%&/()=?»', "QWERTYUIOP* ", "ASDFGHJKLÇª ", ">ZXCVBNM;:_"),
    alt_gr="2@ 3£ 4§ 7{ 8[ 9] 0} e€",
    dead="]´ +]` \\~ +\\^ >[¨",
)
_BRAZILIAN = Table(
    ("'1234567890-=", "qwertyuiop [", "asdfghjklç ]", "\\zxcvbnm,.;"),
    ('"!@#$% &*()_+', "QWERTYUIOP {", "ASDFGHJKLÇ }", "|ZXCVBNM<>:"),
    alt_gr="1¹ 2² 3³ 4£ 5¢ 6¬ =§ e° ]ª \\º c₢",
    dead="[´ +[` '~ +'^ +6¨",
    extra="/?",
)
_BRITISH = Table(
    ("`1234567890-=", "qwertyuiop[]", "asdfghjkl;'#", "\\zxcvbnm,./"),
    ('¬!"£$%^&*()_+', "QWERTYUIOP{}", "ASDFGHJKL:@~", "|ZXCVBNM<>?"),
    alt_gr="`¦ 4€ eé uú ií oó aá",
    both="eÉ uÚ iÍ oÓ aÁ",
)
_POLISH = Table(
    ("`1234567890-=", "qwertyuiop[]", "asdfghjkl;'\\", "\\zxcvbnm,./"),
    (" !@#$%^&*()_+", *_US_SHIFT[1:]),
    alt_gr="eę oó aą sś lł zż xź cć nń u€",
    both="eĘ oÓ aĄ sŚ lŁ zŻ xŹ cĆ nŃ",
    dead="+`~",
    composes=False,  # it makes ą of a, and ź of x
)
_AMERICAN = Table(("`1234567890-=", "qwertyuiop[]", "asdfghjkl;'\\", "\\zxcvbnm,./"), _US_SHIFT)
_INTERNATIONAL = Table(
    (" 1234567890-=", "qwertyuiop[]", "asdfghjkl; \\", "\\zxcvbnm,./"),
    (" !@#$% &*()_+", "QWERTYUIOP{}", "ASDFGHJKL: |", "|ZXCVBNM<>?"),
    alt_gr=(
        "1¡ 2² 3³ 4¤ 5€ 6¼ 7½ 8¾ 9‘ 0’ -¥ =× qä wå eé r® tþ yü uú ií oó pö [« ]» "
        "aá sß dð lø ;¶ '´ \\¬ zæ c© nñ mµ ,ç /¿"
    ),
    both="1¹ 4£ =÷ qÄ wÅ eÉ tÞ yÜ uÚ iÍ oÓ pÖ aÁ s§ dÐ lØ ;° '¨ \\¦ zÆ c¢ nÑ ,Ç",
    dead="`` +`~ '' +'\" +6^",
)
_SWEDISH = Table(
    ("§1234567890+ ", "qwertyuiopå ", "asdfghjklöä'", "<zxcvbnm,.-"),
    ('½!"#¤%&/()=? ', "QWERTYUIOPÅ ", "ASDFGHJKLÖÄ*", ">ZXCVBNM;:_"),
    alt_gr=f"{_NORDIC_PAIRS} -\\ <|",
    dead=_NORDIC_DEAD,
)
_DANISH = Table(
    ("½1234567890+ ", "qwertyuiopå ", "asdfghjklæø'", "<zxcvbnm,.-"),
    ('§!"#¤%&/()=? ', "QWERTYUIOPÅ ", "ASDFGHJKLÆØ*", ">ZXCVBNM;:_"),
    alt_gr=f"{_NORDIC_PAIRS} =| <\\",
    dead=_NORDIC_DEAD,
)
_NORWEGIAN = Table(
    ("|1234567890+\\", "qwertyuiopå ", "asdfghjkløæ'", "<zxcvbnm,.-"),
    ('§!"#¤%&/()=? ', "QWERTYUIOPÅ ", "ASDFGHJKLØÆ*", ">ZXCVBNM;:_"),
    alt_gr=_NORDIC_PAIRS,
    dead="+=` >=´ ]¨ +]^ >]~",
)
_SWISS_PAIRS = "1¦ 2@ 3# 6¬ 7| 8¢ [[ ]] '{ \\} <\\ e€"
_SWISS_DEAD = "=^ +=` >=~ ]¨ >-´"
_SWISS_GERMAN = Table(
    ("§1234567890' ", "qwertzuiopü ", "asdfghjklöä$", "<yxcvbnm,.-"),
    ('°+"*ç%&/()=? ', "QWERTZUIOPè!", "ASDFGHJKLéà£", ">YXCVBNM;:_"),
    alt_gr=_SWISS_PAIRS,
    dead=_SWISS_DEAD,
)
_SWISS_FRENCH = Table(
    ("§1234567890' ", "qwertzuiopè ", "asdfghjkléà$", "<yxcvbnm,.-"),
    ('°+"*ç%&/()=? ', "QWERTZUIOPü!", "ASDFGHJKLöä£", ">YXCVBNM;:_"),
    alt_gr=_SWISS_PAIRS,
    dead=_SWISS_DEAD,
)
_BELGIAN = Table(
    ("²&é\"'(§è!çà)-", "azertyuiop $", "qsdfghjklmùµ", "<wxcvbn,;:="),
    ("³1234567890°_", "AZERTYUIOP *", "QSDFGHJKLM%£", ">WXCVBN?./+"),
    alt_gr="1| 2@ 3# 6^ 9{ 0} [[ ]] <\\ e€",
    dead="[^ +[¨ >'´ >\\` >/~",
)

# By XKB's layout and variant. What XKB calls "winkeys" is meant to be Windows' own.
TABLES: Mapping[tuple[str, str], Table] = MappingProxyType(
    {
        ("at", ""): _GERMAN,
        ("be", ""): _BELGIAN,
        ("br", ""): _BRAZILIAN,
        ("ch", ""): _SWISS_GERMAN,
        ("ch", "fr"): _SWISS_FRENCH,
        ("de", ""): _GERMAN,
        ("dk", ""): _DANISH,
        ("dk", "winkeys"): _DANISH,
        ("es", ""): _SPANISH,
        ("es", "winkeys"): _SPANISH,
        ("fi", ""): _SWEDISH,
        ("fi", "winkeys"): _SWEDISH,
        ("fr", ""): _FRENCH,
        ("fr", "azerty"): _FRENCH,
        ("gb", ""): _BRITISH,
        ("it", ""): _ITALIAN,
        ("it", "winkeys"): _ITALIAN,
        ("no", ""): _NORWEGIAN,
        ("no", "winkeys"): _NORWEGIAN,
        ("pl", ""): _POLISH,
        ("pt", ""): _PORTUGUESE,
        ("se", ""): _SWEDISH,
        ("us", ""): _AMERICAN,
        ("us", "intl"): _INTERNATIONAL,
    }
)
