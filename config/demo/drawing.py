"""The one picture of the demonstration, drawn here so that it is nobody else's."""

from io import BytesIO

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 1200, 675
_WALL, _FLOOR, _STAGE, _DARK = "#243447", "#3b2f2a", "#8a6a4a", "#141c26"
_FLAGS = ("#c8553d", "#f2c14e", "#2a9d8f", "#5b8fb9", "#9b6fb0", "#e9e4d8", "#7fb069")


def session_hall() -> bytes:
    """A hall seen from its gallery: a screen with falling bars, people at a table between flags, rows of heads."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), _WALL)
    draw = ImageDraw.Draw(picture)
    for x in range(0, WIDTH, 80):
        draw.line((x, 0, x, 430), fill="#2b3e54", width=3)
    draw.polygon([(0, HEIGHT), (0, 470), (170, 430), (1030, 430), (WIDTH, 470), (WIDTH, HEIGHT)], fill=_FLOOR)
    draw.rectangle((330, 50, 870, 300), fill="#eef3f6", outline=_DARK, width=8)
    for number in range(8):  # what is emitted, year by year
        height = 190 - 22 * number
        left = 375 + 58 * number
        draw.rectangle((left, 275 - height, left + 38, 275), fill="#2a9d8f" if number > 4 else "#5b8fb9")
    draw.line((360, 276, 845, 276), fill=_DARK, width=3)
    for number, colour in enumerate(_FLAGS):
        for left in (40 + 40 * number, 880 + 40 * number):
            draw.line((left, 150, left, 400), fill="#c9b27c", width=4)
            draw.polygon([(left, 155), (left + 30, 165), (left + 26, 215), (left, 205)], fill=colour)
    draw.rectangle((150, 400, 1050, 440), fill=_STAGE)
    for number in range(11):
        middle = 230 + 74 * number
        draw.ellipse((middle - 17, 330, middle + 17, 366), fill="#d9b08c" if number % 3 else "#b98562")
        draw.rounded_rectangle((middle - 30, 364, middle + 30, 420), 16, fill="#31465c" if number % 2 else "#6b3f4a")
    draw.rectangle((150, 408, 1050, 446), fill="#6d5238")
    for row in range(3):
        size, top = 30 + 10 * row, 480 + 62 * row
        for number in range(20 - 3 * row):
            middle = int((number + 0.5) * WIDTH / (20 - 3 * row))
            draw.ellipse((middle - size // 2, top, middle + size // 2, top + size * 1.15), fill=_DARK)
            draw.rounded_rectangle((middle - size, top + size, middle + size, top + 3 * size), size // 2, fill=_DARK)
    written = BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()
