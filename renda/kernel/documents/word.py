"""A report as a Word file whose numbers carry footnotes: what each was counted from, with a link to its rows.

python-docx writes everything but footnotes; those are a part of their own (ECMA-376 part 1, 17.11).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_NOTES_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_NOTES_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
# Word wants these two before any of ours.
_SEPARATORS = (
    '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
    '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>'
)
# Fonts that every office in China has; a computer without them takes its own.
_TITLE, _BODY = "黑体", "仿宋"


@dataclass(frozen=True, slots=True)
class Noted:
    """A number and where it comes from; ``url`` leads to its rows."""

    text: str
    note: str
    url: str = ""


class Report:
    """A Word document in the making: title, headings, paragraphs and tables, top to bottom."""

    def __init__(self, title: str) -> None:
        self._document = docx.Document()
        self._notes: list[tuple[str, str]] = []
        self._document.core_properties.title = title
        self._document.core_properties.author = ""
        self._styles()
        line = self._document.add_paragraph(style="Title")
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        line.add_run(title)

    def heading(self, text: str) -> None:
        """A heading of the first level."""
        self._document.add_heading(text, level=1)

    def paragraph(self, *parts: str | Noted) -> None:
        """A paragraph of words and numbers."""
        line = self._document.add_paragraph()
        line.paragraph_format.first_line_indent = Pt(32)
        self._write(line, parts)

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[str | Noted]]) -> None:
        """A table with a head that is repeated on every page."""
        table = self._document.add_table(rows=1, cols=len(heads), style="Table Grid")
        for cell, head in zip(table.rows[0].cells, heads, strict=True):
            cell.paragraphs[0].add_run(head).bold = True
        head = parse_xml(f"<w:tblHeader {nsdecls('w')}/>")
        table.rows[0]._tr.get_or_add_trPr().append(head)  # noqa: SLF001 - the library has no other door to a row
        for row in rows:
            for cell, value in zip(table.add_row().cells, row, strict=True):
                self._write(cell.paragraphs[0], [value])
        for row_ in table.rows:
            for cell in row_.cells:
                cell.paragraphs[0].paragraph_format.space_after = Pt(0)
                for run in cell.paragraphs[0].runs:
                    run.font.size = Pt(10.5)
        self._document.add_paragraph()

    def bytes(self) -> bytes:
        """The finished file."""
        if self._notes:
            self._add_notes()
        file = BytesIO()
        self._document.save(file)
        return file.getvalue()

    def _write(self, line: Paragraph, parts: Iterable[str | Noted]) -> None:
        for part in parts:
            if isinstance(part, str):
                line.add_run(part)
                continue
            line.add_run(part.text)
            self._notes.append((part.note, part.url))
            mark = line.add_run()
            mark.font.superscript = True
            reference = parse_xml(f"<w:footnoteReference {nsdecls('w')} w:id='{len(self._notes)}'/>")
            mark._r.append(reference)  # noqa: SLF001 - nor to a run

    def _add_notes(self) -> None:
        notes = "".join(_note(number, *said) for number, said in enumerate(self._notes, start=1))
        xml = f"{_XML}<w:footnotes {nsdecls('w')}>{_SEPARATORS}{notes}</w:footnotes>"
        package = self._document.part.package
        part = Part(PackURI("/word/footnotes.xml"), _NOTES_TYPE, xml.encode(), package)
        self._document.part.relate_to(part, _NOTES_RELATION)

    def _styles(self) -> None:
        for name, font, size in (("Normal", _BODY, 16), ("Heading 1", _TITLE, 16), ("Title", _TITLE, 22)):
            style: Any = self._document.styles[name]
            style.font.name, style.font.size = "Times New Roman", Pt(size)
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            fonts.set(qn("w:eastAsia"), font)
            for theme in ("asciiTheme", "eastAsiaTheme", "hAnsiTheme", "cstheme"):
                fonts.attrib.pop(qn(f"w:{theme}"), None)


def _note(number: int, text: str, url: str) -> str:
    run = f'<w:r><w:rPr><w:sz w:val="18"/></w:rPr><w:t xml:space="preserve"> {escape(text)}</w:t></w:r>'
    if url:
        instruction = quoteattr(f'HYPERLINK "{url}"')
        run = f"<w:fldSimple w:instr={instruction}>{run}</w:fldSimple>"
    mark = '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteRef/></w:r>'
    return f'<w:footnote w:id="{number}"><w:p>{mark}{run}</w:p></w:footnote>'
