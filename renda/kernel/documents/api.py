"""Documents: a layout and data become a PDF."""

from renda.kernel.documents.shapes import (
    CasePaper,
    CodeCard,
    Row,
    Section,
    SignInSlip,
    TrailRow,
    case_data,
    code_data,
    slip_data,
)
from renda.kernel.documents.typesetting import MissingFontError, chinese_fonts, layouts, pdf, png

__all__ = [
    "CasePaper",
    "CodeCard",
    "MissingFontError",
    "Row",
    "Section",
    "SignInSlip",
    "TrailRow",
    "case_data",
    "chinese_fonts",
    "code_data",
    "layouts",
    "pdf",
    "png",
    "slip_data",
]
