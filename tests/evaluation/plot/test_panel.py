from xml.etree import ElementTree

from rag.evaluation.plot import Panel, circle, document

SVG = "{http://www.w3.org/2000/svg}"


def test_a_panel_is_an_svg_whose_points_lie_inside_its_frame() -> None:
    xs, ys = [0.5, 40.0, 900.0], [0.6, 0.8, 0.7]
    panel = Panel.over(xs, ys, "ms & more", "nDCG@10 <best>", logarithmic=True, width=300, height=200)
    marks = [circle(panel.x.place(x), panel.y.place(y), "#000") for x, y in zip(xs, ys, strict=True)]
    root = ElementTree.fromstring(document(300, 200, [*panel.frame(), *marks]))
    circles = [(float(one.get("cx", "")), float(one.get("cy", ""))) for one in root.iter(f"{SVG}circle")]
    assert all(Panel.LEFT < x < 300 - Panel.RIGHT and Panel.TOP < y < 200 - Panel.BOTTOM for x, y in circles)
    assert circles[0][0] < circles[1][0] < circles[2][0]
    assert circles[0][1] > circles[2][1] > circles[1][1], "more lies higher"
    told = [one.text for one in root.iter(f"{SVG}text")]
    assert {"ms & more", "nDCG@10 <best>", "1", "10", "100"} <= set(told)
