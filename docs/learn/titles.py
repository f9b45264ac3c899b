"""The words of the figures in Korean, for the figures of docs/ko/gan.md."""

from __future__ import annotations

from matplotlib.figure import Figure
from matplotlib.text import Text

KOREAN = {
    "discriminative: 0 or 1?": "판별: 0인가, 1인가?",
    "ink in the image, %": "이미지의 잉크 비율, %",
    "images that are a 0, %": "0인 이미지의 비율, %",
    "images of 0": "0 이미지",
    "images of 1": "1 이미지",
    "generative: the distributions": "생성: 두 분포",
    "images": "이미지 수",
    "450 sevens and their density": "7 450장과 그 밀도",
    "from the dense middle": "밀도가 높은 가운데",
    "from the thin edge": "밀도가 낮은 가장자리",
    "D: a real image": "D: 진짜 이미지",
    "D: a generated image": "D: 생성된 이미지",
    "G: a generated image": "G: 생성된 이미지",
    "D's probability": "D의 확률",
    "loss": "손실",
    "noise z": "잡음 z",
    "density": "밀도",
    "samples (data: dotted)": "샘플 (점선: 데이터)",
    "V at one x": "한 점 x에서의 V",
    "data": "데이터",
    "fakes": "가짜",
    "a trained D": "학습한 D",
    "D*, and a trained D": "D*와 학습한 D",
    "G's loss": "G의 손실",
    "its slope by D's logit": "D의 로짓에 대한 기울기",
    "D is sure": "D가 확신한다",
    "V(D*, G): the data have mean 4 and width 0.5": "V(D*, G): 데이터의 평균은 4, 폭은 0.5",
    "mean of G's samples": "G의 샘플의 평균",
    "width 0.5": "폭 0.5",
    "width 0.25": "폭 0.25",
    "width 1": "폭 1",
    "of real digits": "진짜 숫자",
    "of generated digits": "생성된 숫자",
    "D's mean probability, %": "D의 평균 확률, %",
    "step": "스텝",
    "D's loss": "D의 손실",
}


def in_korean(figure: Figure) -> None:
    """Exchange the words of a figure. Formulas and names of losses stay."""
    for text in figure.findobj(Text):
        text.set_text(KOREAN.get(text.get_text(), text.get_text()))
