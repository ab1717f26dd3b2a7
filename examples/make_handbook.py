"""Write the two binary files of `handbook/` again: `pip install fpdf2 python-docx`, then run this file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from docx import Document
from fpdf import FPDF

HANDBOOK = Path(__file__).parent / "handbook"
WHEN = datetime(2025, 9, 1)

TRAVEL = [
    [
        ("Travel policy", 22),
        ("This policy applies to every business trip of every employee of Larkspur Instruments. It says who approves a "
         "trip, what may be booked, and what is paid.", 11),
        ("1 Approval", 15),
        ("Every trip is approved before anything is booked. Your team lead approves trips that cost up to 500 EUR in "
         "total. The head of your department approves trips from 500 EUR to 2,500 EUR. Trips above 2,500 EUR are "
         "approved by the finance director, Marta Olesen.", 11),
        ("Trips outside Europe always need the approval of the finance director, whatever they cost. Ask for it at "
         "least 21 days before departure, so that visa and insurance can be arranged.", 11),
        ("2 Booking", 15),
        ("Trains and flights are booked with the travel desk (travel@larkspur.example). Take the train where it takes "
         "less than five hours from city to city. Flights are economy class; premium economy may be booked for "
         "flights of more than eight hours.", 11),
        ("Rental cars need a reason: no public transport, heavy equipment, or three or more people travelling "
         "together. Book the compact class.", 11),
    ],
    [
        ("3 Hotels", 15),
        ("A hotel night may cost up to the limit in the list of daily allowances, breakfast included. Where a fair "
         "or a congress makes this impossible, the travel desk may exceed the limit by 30 percent.", 11),
        ("4 Meals", 15),
        ("Meals are covered by the daily allowance of the country. A full day is a day with more than eight hours away "
         "from your place of work. Meals that somebody else pays for are deducted: 20 percent for breakfast, 40 "
         "percent each for lunch and dinner.", 11),
        ("5 Cancelled trips", 15),
        ("Cancel with the travel desk as soon as you know. The company bears the costs of a cancelled trip, except "
         "where it was cancelled for private reasons less than 48 hours before departure.", 11),
        ("6 Emergencies abroad", 15),
        ("In an emergency abroad call the assistance line, +45 5555 0199, at any hour. It arranges doctors, hospitals "
         "and the journey home. Tell your team lead as soon as you are safe.", 11),
    ],
]  # fmt: skip

EXPENSES = [
    ("Heading 1", "Submitting a claim"),
    ("", "Submit expenses in the finance portal within 30 days of the day on which they arose. Claims that arrive "
         "later than 90 days are not paid. Claims approved by the 15th of a month are paid with the salary on the "
         "25th."),
    ("Heading 1", "Receipts"),
    ("", "A receipt is needed for everything above 15 EUR. A photograph is enough if every figure can be read. If a "
         "receipt is lost, write down what it was for and let your team lead sign it; this is accepted twice a year."),
    ("Heading 1", "Private cars"),
    ("", "A trip with your own car is paid with 0.38 EUR a kilometre. Parking and tolls are paid as well, "
         "fines never."),
    ("Heading 1", "Meals with guests"),
    ("", "Meals with customers are paid up to 60 EUR a person. The claim names the guests and the occasion. "
         "Alcohol is paid only with a meal, and never in team events."),
]  # fmt: skip

LIMITS = [
    ("What", "Limit", "Approved by"),
    ("Books and journals", "150 EUR a year", "yourself"),
    ("Courses and conferences", "2,000 EUR a year", "team lead"),
    ("Team event", "45 EUR a person, twice a year", "head of department"),
    ("Mobile phone contract", "25 EUR a month", "team lead"),
]


def main() -> None:
    """Write both files."""
    pdf = FPDF(format="A4")
    pdf.set_title("Travel policy")
    pdf.set_author("Larkspur Instruments")
    pdf.set_creation_date(WHEN)
    pdf.set_margin(25)
    for number, page in enumerate(TRAVEL, 1):
        pdf.set_auto_page_break(True, margin=30)
        pdf.add_page()
        for text, size in page:
            pdf.set_font("Helvetica", "B" if size > 11 else "", size)
            pdf.multi_cell(0, size * 0.5, text, align="L", new_x="LMARGIN", new_y="NEXT")
            pdf.ln(3)
        pdf.set_auto_page_break(False)
        pdf.set_y(-25)
        pdf.set_font("Helvetica", "", 8)
        pdf.cell(0, 5, f"Larkspur Instruments - Travel policy - page {number} of {len(TRAVEL)}", align="C")
    pdf.output(str(HANDBOOK / "travel-policy.pdf"))

    document = Document()
    document.core_properties.title = "Expenses"
    document.core_properties.author = "Larkspur Instruments"
    document.core_properties.created = document.core_properties.modified = WHEN
    document.add_heading("Expenses", 0)
    for style, text in EXPENSES:
        document.add_paragraph(text, style=style or None)
    document.add_heading("Other limits", 1)
    table = document.add_table(0, 3)
    for row in LIMITS:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.save(str(HANDBOOK / "expenses.docx"))


if __name__ == "__main__":
    main()
