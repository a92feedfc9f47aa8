"""What the scan refuses before libxml2 sees a byte, and with which code."""

import pytest

from gateway.errors import Inadmissible
from gateway.wire import xml
from tests import builders

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
PLAIN = builders.in_xml(builders.a_transmission())


def code_of(body):
    """The code of the refusal, or None where there is none."""
    try:
        xml.read(body)
    except Inadmissible as refused:
        return refused.code
    return None


# ---------- what passes


@pytest.mark.parametrize(
    "declaration",
    [
        *("", DECLARATION, DECLARATION + "\n", '<?xml version="1.0"?>'),
        *("<?xml version='1.0' encoding='utf-8'?>", "<?xml version='1.0' encoding='Utf-8' ?>"),
        *('<?xml version="1.0" encoding = "utf8"?>', '<?xml version="1.0"\n standalone="yes"?>'),
    ],
)
def test_a_plain_message_passes_under_any_usual_declaration(declaration):
    body = builders.in_xml(builders.a_transmission(), declaration=declaration)
    assert xml.read(body).tag == f"{{{builders.TRANSMISSION}}}transmission"


def test_a_byte_order_mark_is_dropped():
    assert xml.scan(b"\xef\xbb\xbf" + PLAIN) == PLAIN
    assert code_of(b"\xef\xbb\xbf<a/>") is None


def test_character_and_predefined_entity_references_pass():
    assert xml.read(b"<a>&amp;&lt;&gt;&apos;&quot;&#233;&#xE9;</a>").text == "&<>'\"éé"


def test_blanks_are_kept():
    assert xml.read(b"<a>\n <b> x </b>\n</a>")[0].tail == "\n"


# ---------- T003


@pytest.mark.parametrize(
    "body",
    [
        *(b"<!DOCTYPE a><a/>", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b"<a/><!DOCTYPE a>"),
        *(b'<!DOCTYPE a SYSTEM "file:///etc/hostname"><a/>', b"<!doctype a><a/>", b"<a><!X></a>"),
        *(b"<!-- before --><a/>", b"<a><!----></a>", b"<a/><!-- after -->", b"<a>1<!---->2</a>"),
        *(b"<a><![CDATA[x]]></a>", b"<a><![CDATA[]]></a>", b"<![CDATA[x]]>"),
        *(b"<a><?target?></a>", b"<a/><?target data?>", b"<a><?xml version='1.0'?></a>"),
        *(b"<?xml-stylesheet href='x'?>", b"<?target?><a/>", b" " + DECLARATION.encode() + b"<a/>"),
        *(DECLARATION.encode() * 2 + b"<a/>", b"\xef\xbb\xbf<!DOCTYPE a><a/>"),
    ],
)
def test_markup_that_a_partner_never_needs_is_refused_wherever_it_stands(body):
    assert code_of(body) == "T003"


def test_an_escaped_comment_is_text():
    assert xml.read(b"<a>&lt;!-- --&gt; &lt;?x?&gt;</a>").text == "<!-- --> <?x?>"


# ---------- T004


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("inside", ["<a/>", "<!DOCTYPE a><a/>", '<?xml version="1.0"?><a/>'])
def test_other_unicode_encodings_are_refused_with_and_without_their_mark(encoding, mark, inside):
    assert code_of((mark + inside).encode(encoding)) == "T004"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_blank_before_does_not_disguise_them(encoding):
    assert code_of("\n<!DOCTYPE a><a/>".encode(encoding)) in {"T003", "T004", "S001"}


@pytest.mark.parametrize(
    "name",
    [
        *("UTF-16", "UTF-16LE", "ISO-8859-1", "iso-8859-15", "windows-1252", "US-ASCII", "UTF-7"),
        *("EBCDIC-CP-FR", "UCS-4", "utf_8", "", "x-unknown"),
    ],
)
def test_another_declared_encoding_is_refused_though_the_bytes_be_ascii(name):
    for quote in "'\"":
        body = f"<?xml version='1.0' encoding={quote}{name}{quote}?><a/>"
        assert code_of(body.encode()) == "T004"


@pytest.mark.parametrize(
    "body",
    [
        *(b"<a>\xe9</a>", b"<a>\xff</a>", b"<a>\xc3</a>", b"<a>\xed\xa0\x80</a>"),
        *(b"<a>\xc0\xbc!DOCTYPE</a>", b"<a>\xf4\x90\x80\x80</a>", b"<a>\xf8\x88\x80\x80\x80</a>"),
        *("<é/>".encode("latin-1"), b"+/v8-<a/>", "<?xml version='1.0'?><a/>".encode("cp037")),
    ],
)
def test_bytes_that_are_not_utf_8_are_refused(body):
    assert code_of(body) == "T004"


# ---------- S001


@pytest.mark.parametrize(
    "body",
    [
        *(
            b"",
            b" ",
            b"\xef\xbb\xbf",
            b"{}",
            b"a",
            b"<a>",
            b"<a></b>",
            b"<a/><b/>",
            b"<a b='1' b='2'/>",
        ),
        *(b"<a>&foo;</a>", b"<a>&#0;</a>", b"<a>&#xD800;</a>", b"<a>\x00</a>", b"<a>\x0b</a>"),
        *(b"<p:a/>", b"<a b=1/>", b"<a>&</a>", b"<a>]]></a>", b"<a/>text", b"text<a/>"),
        *(b"<?xml?><a/>", b"<?xml version='2'?><a/>", b"<?xml version='1.0' encoding=UTF-8?><a/>"),
        *(b"<?xml version='1.0' " + b" " * 300 + b"?><a/>", b"<?xml version='1.0'><a/>"),
        *(b"<?xml version=\" encoding='UTF-8' \" encoding='UTF-16'?><a/>", b"\x1f\x8b\x08\x00"),
        *("<a\ufffe/>".encode(), "<a>\ufffe</a>".encode(), "<a>\uffff</a>".encode()),
    ],
)
def test_what_is_not_well_formed_is_refused(body):
    assert code_of(body) == ("T004" if body.startswith(b"\x1f") else "S001")


def test_deep_nesting_is_refused():
    assert code_of(b"<a>" * 200 + b"</a>" * 200) is None
    for depth in (300, 100_000):
        assert code_of(b"<a>" * depth + b"</a>" * depth) == "T005"


# ---------- T005


def test_more_tags_than_a_message_can_hold_are_refused():
    inside = xml.MAX_ELEMENTS - 1
    assert code_of(b"<a>" + b"<b/>" * inside + b"</a>") is None
    assert code_of(b"<a>" + b"<b/>" * (inside + 1) + b"</a>") == "T005"


def test_more_elements_and_texts_than_a_message_can_hold_are_refused():
    elements = xml.MAX_NODES // 3 - 1
    assert code_of(b"<a>" + b"<b>c</b>d" * elements + b"</a>") is None
    assert code_of(b"<a>" + b"<b>c</b>d" * (elements + 2) + b"</a>") == "T005"


def test_more_namespaces_than_any_client_declares_are_refused():
    lines = b'<b xmlns="u"/>'
    assert code_of(b"<a>" + lines * xml.MAX_NAMESPACES + b"</a>") is None
    assert code_of(b"<a>" + lines * (xml.MAX_NAMESPACES + 1) + b"</a>") == "T005"


def test_more_attributes_than_any_client_writes_are_refused():
    assert code_of(b"<a>" + b'<b c=""/>' * xml.MAX_ATTRIBUTES + b"</a>") is None
    assert code_of(b"<a>" + b'<b c=""/>' * (xml.MAX_ATTRIBUTES + 1) + b"</a>") == "T005"
    flood = b" ".join(b'a%d=""' % n for n in range(xml.MAX_ATTRIBUTES + 1))
    assert code_of(b"<a " + flood + b"/>") == "T005"


@pytest.mark.parametrize("mark", ["'", '"'])
@pytest.mark.parametrize("declared", ["xmlns:q=", "xmlns:q = ", "xmlns:q\n=\t", "xmlns="])
def test_a_namespace_that_c14n_would_write_on_every_sibling_is_refused(declared, mark):
    name = "u" * (xml.MAX_NAMESPACE_OCTETS // 1_000)
    for siblings, code in ((900, None), (1_100, "T005")):
        body = f"<a {declared}{mark}{name}{mark}>" + "<b/>" * siblings + "</a>"
        assert code_of(body.encode()) == code


def test_the_longest_namespace_of_ws_security_may_stand_on_every_element():
    declared = b'<a xmlns:u="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-'
    declared += b'utility-1.0.xsd">'
    assert code_of(declared + b"<b/>" * (xml.MAX_ELEMENTS - 1) + b"</a>") is None


def test_the_refusal_names_its_code_and_nothing_of_the_body():
    with pytest.raises(Inadmissible) as refused:
        xml.read(b"<a>275126322074974</b>")
    chain = [refused.value, refused.value.__cause__]
    assert str(refused.value) == "S001"
    assert refused.value.__suppress_context__
    assert not any("275126322074974" in repr(error) for error in chain)
