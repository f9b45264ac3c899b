from __future__ import annotations

import io
import zlib

import numpy as np
import pytest
from PIL import Image, ImageFile

from ganzoo.data import images
from ganzoo.data.form import form_of
from ganzoo.data.images import reason
from ganzoo.errors import UsageError

RNG = np.random.default_rng(0)
GRAY = RNG.integers(0, 256, (5, 7), np.uint8)
COLOUR = RNG.integers(0, 256, (5, 7, 3), np.uint8)


def encoded(image, form="PNG", **options):
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def decode(data, **options):
    """The pixels of an image file, in the form that the options of ``folder`` ask for."""
    return images.read(data, form_of(**options)).pixels


def planes(array):
    return array[None] if array.ndim == 2 else array.transpose(2, 0, 1)


@pytest.mark.parametrize("form", ["PNG", "BMP", "TIFF", "WEBP"])
@pytest.mark.parametrize("array", [GRAY, COLOUR], ids=["gray", "colour"])
def test_lossless_forms_are_read_as_they_are(form, array):
    options = {"lossless": True} if form == "WEBP" else {}
    pixels = decode(encoded(Image.fromarray(array), form, **options))
    assert pixels.dtype == np.uint8
    if form == "WEBP" and array.ndim == 2:  # which has no gray
        array = np.stack([array] * 3, axis=2)
    np.testing.assert_array_equal(pixels, planes(array))


def test_jpeg_is_close():
    smooth = np.add.outer(np.arange(16), np.arange(24)).astype(np.uint8) * 5
    for image in (Image.fromarray(smooth), Image.fromarray(smooth).convert("RGB")):
        pixels = decode(encoded(image, "JPEG", quality=95))
        assert pixels.shape == (len(image.getbands()), 16, 24)
        assert np.abs(pixels.astype(int) - smooth).max() < 12


def test_channels():
    np.testing.assert_array_equal(
        decode(encoded(Image.fromarray(GRAY)), channels=3), np.stack([GRAY] * 3)
    )
    gray = decode(encoded(Image.fromarray(COLOUR)), channels=1)
    luma = COLOUR @ np.array([0.299, 0.587, 0.114])
    assert gray.shape == (1, 5, 7)
    assert np.abs(gray[0] - luma).max() <= 1


def test_what_is_transparent_is_white():
    colour = np.dstack([COLOUR, np.full((5, 7), 255, np.uint8)])
    colour[0, :, 3] = 0
    colour[1, :, :] = (0, 100, 200, 51)  # one fifth
    pixels = decode(encoded(Image.fromarray(colour)))
    assert pixels.shape == (3, 5, 7)
    assert (pixels[:, 0] == 255).all()
    assert (pixels[:, 1] == np.array([[204], [224], [244]])).all()
    np.testing.assert_array_equal(pixels[:, 2:], planes(COLOUR)[:, 2:])


def test_gray_with_alpha_stays_gray():
    both = np.dstack([GRAY, np.full((5, 7), 255, np.uint8)])
    both[0, :, 1] = 0
    pixels = decode(encoded(Image.fromarray(both, "LA")))
    assert pixels.shape == (1, 5, 7)
    assert (pixels[0, 0] == 255).all()
    np.testing.assert_array_equal(pixels[0, 1:], GRAY[1:])


def test_a_transparent_colour_is_white_too():
    gray = np.zeros((2, 2), np.uint8)
    gray[0, 0] = 77
    pixels = decode(encoded(Image.fromarray(gray), transparency=77))
    assert pixels.tolist() == [[[255, 0], [0, 0]]]


def palette():
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.putpixel((1, 0), 1)
    return image


def test_a_palette_is_looked_up():
    assert decode(encoded(palette())).tolist() == [[[10, 200]], [[20, 100]], [[30, 50]]]
    clear = decode(encoded(palette(), transparency=0))
    assert clear.tolist() == [[[255, 200]], [[255, 100]], [[255, 50]]]


def test_the_first_frame_of_a_gif():
    frames = [Image.new("RGB", (4, 3), colour) for colour in ("red", "blue")]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    pixels = decode(data)
    assert pixels.shape == (3, 3, 4)
    assert pixels[:, 0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled_to_eight(form):
    deep = np.array([[0, 255, 257, 32768, 65535, 128 * 257, 128, 129]], np.uint16)
    pixels = decode(encoded(Image.fromarray(deep), form))
    assert pixels.tolist() == [[[0, 1, 1, 128, 255, 128, 0, 1]]]
    assert decode(encoded(Image.fromarray(deep), form), channels=3).shape == (3, 1, 8)


def test_big_endian_sixteen_bits():
    image = Image.frombytes("I;16B", (2, 1), b"\x80\x00\xff\xff")
    assert decode(encoded(image, "TIFF")).tolist() == [[[128, 255]]]


def test_sixteen_bits_are_kept_where_asked():
    deep = np.array([[0, 1, 255, 257, 32768, 65535]], np.uint16)
    for form in ("PNG", "TIFF"):
        pixels = decode(encoded(Image.fromarray(deep), form), depth=16)
        assert pixels.dtype == np.uint16
        assert pixels.tolist() == [deep.tolist()]


def test_at_sixteen_bits_others_are_gray_of_the_same_brightness():
    gray = np.array([[0, 1, 128, 255]], np.uint8)
    pixels = decode(encoded(Image.fromarray(gray)), depth=16)
    assert pixels.tolist() == [[[0, 257, 128 * 257, 65535]]]
    colour = Image.new("RGB", (4, 1), (10, 200, 30))
    (level,) = np.unique(np.asarray(colour.convert("L")))
    assert np.unique(decode(encoded(colour), depth=16)).tolist() == [int(level) * 257]


def test_twelve_of_sixteen_bits_are_scaled_without_eight():
    deep = np.array([[0, 1, 2048, 4095, 5000]], np.uint16)
    pixels = decode(encoded(Image.fromarray(deep)), depth=16, bits=12)
    assert pixels.tolist() == [[[0, 16, round(2048 * 65535 / 4095), 65535, 65535]]]


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
def test_sixteen_bits_are_resized_without_eight(fit):
    """A slope of 1 a pixel, in 65,535: at 8 bits it would be flat."""
    slope = np.tile(np.arange(30_000, 30_064, dtype=np.uint16), (64, 1))
    pixels = decode(encoded(Image.fromarray(slope)), depth=16, size=32, fit=fit)
    assert pixels.shape == (1, 32, 32)
    assert (np.diff(pixels[0, 16, 4:28].astype(int)) == 2).all()


def test_sixteen_bits_of_colour_are_refused():
    with pytest.raises(UsageError, match=r"depth=16 keeps 16 bits of gray .*channels=3"):
        form_of(depth=16, channels=3)
    with pytest.raises(UsageError, match="depth=12 is neither 8 nor 16"):
        form_of(depth=12)


def test_one_bit_is_black_and_white():
    image = Image.fromarray(np.array([[True, False]]))
    assert decode(encoded(image)).tolist() == [[[255, 0]]]


def test_cmyk_becomes_rgb():
    image = Image.new("CMYK", (8, 8), (0, 255, 255, 0))
    pixels = decode(encoded(image, "TIFF"))
    assert pixels[:, 0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize("mode", ["I", "F"])
def test_pixels_of_unknown_range_are_refused(mode):
    with pytest.raises(ValueError, match="32-bit"):
        decode(encoded(Image.new(mode, (2, 2)), "TIFF"))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_is_turned_upright(orientation):
    upright = np.zeros((4, 6), np.uint8)
    upright[0, :] = 200  # bright above, and
    upright[:, 0] = 100  # less so at the left
    stored = {  # how a camera that was held so stores it (EXIF 2.32, table 6)
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.T,
        6: upright.T[::-1],
        7: upright.T[::-1, ::-1],
        8: upright.T[:, ::-1],
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(Image.fromarray(np.ascontiguousarray(stored)), exif=exif)
    np.testing.assert_array_equal(decode(data)[0], upright)


def test_size_cuts_the_middle_square():
    array = np.zeros((10, 30), np.uint8)
    array[:, 10:20] = 255
    data = encoded(Image.fromarray(array))
    assert (decode(data, size=10) == 255).all()
    assert decode(data, size=4).shape == (1, 4, 4)
    assert decode(data, size=25).shape == (1, 25, 25)
    tall = encoded(Image.fromarray(np.ascontiguousarray(array.T)), "PNG")
    assert (decode(tall, size=10) == 255).all()


BANDS = np.repeat(np.array([[50, 100, 150]], np.uint8), 10, 1).repeat(10, 0)  # 10 x 30


@pytest.mark.parametrize("size", [(10, 20), (20, 40), (12, 8)])
@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
def test_every_fit_gives_the_size_height_first(size, fit):
    height, width = size
    pixels = decode(encoded(Image.fromarray(BANDS)), size=f"{height}x{width}", fit=fit)
    assert pixels.shape == (1, height, width)


def test_crop_cuts_both_ends_of_the_longer_side():
    pixels = decode(encoded(Image.fromarray(BANDS)), size="10x20")
    np.testing.assert_array_equal(pixels[0], BANDS[:, 5:25])


def test_pad_keeps_the_whole_image_between_black_borders():
    pixels = decode(encoded(Image.fromarray(BANDS)), size=30, fit="pad")[0]
    np.testing.assert_array_equal(pixels[10:20], BANDS)
    assert not pixels[:10].any()
    assert not pixels[20:].any()


def test_stretch_keeps_the_whole_image_without_borders():
    pixels = decode(encoded(Image.fromarray(BANDS)), size=30, fit="stretch")[0]
    np.testing.assert_array_equal(pixels, BANDS.repeat(3, 0))


def test_four_channels_keep_transparency():
    rgba = np.array([[[10, 20, 30, 255], [10, 20, 30, 128], [10, 20, 30, 0]]], np.uint8)
    pixels = decode(encoded(Image.fromarray(rgba)), channels=4)
    # The colour that is stored in a fully transparent pixel is arbitrary.
    wanted = [[10, 20, 30, 255], [10, 20, 30, 128], [255, 255, 255, 0]]
    assert pixels.transpose(1, 2, 0)[0].tolist() == wanted


@pytest.mark.parametrize("array", [GRAY, COLOUR])
def test_four_channels_of_an_image_without_transparency_are_opaque(array):
    pixels = decode(encoded(Image.fromarray(array)), channels=4)
    assert (pixels[3] == 255).all()
    np.testing.assert_array_equal(pixels[:3], decode(encoded(Image.fromarray(array)), channels=3))


def test_padding_is_transparent_where_transparency_is_kept():
    pixels = decode(encoded(Image.fromarray(BANDS)), size=30, fit="pad", channels=4)
    assert (pixels[3, 10:20] == 255).all()
    assert not pixels[3, :10].any()
    assert (pixels[:3, :10] == 255).all()


def test_size_averages_what_it_shrinks():
    board = np.indices((64, 64)).sum(0) % 2 * 255
    pixels = decode(encoded(Image.fromarray(board.astype(np.uint8))), size=16)
    assert np.abs(pixels.astype(int) - 127).max() < 10


def test_an_image_of_the_wanted_size_is_left_alone():
    square = np.ascontiguousarray(GRAY[:5, :5])
    np.testing.assert_array_equal(decode(encoded(Image.fromarray(square)), size=5)[0], square)


def test_a_tag_of_an_odd_type_turns_no_image_away():
    upright = np.zeros((4, 6), np.uint8)
    upright[0, :] = 200
    exif = Image.Exif()
    exif[0x0112], exif[0x0128] = 6, 2  # the orientation, and the unit of the resolution
    data = bytearray(encoded(Image.fromarray(np.ascontiguousarray(upright.T[::-1])), exif=exif))
    at = data.index(b"\x28\x01\x03\x00") if b"\x28\x01\x03\x00" in data else None
    if at is None:  # big-endian
        at = data.index(b"\x01\x28\x00\x03")
        data[at + 3] = 7  # a string of bytes, where a number should be
    else:
        data[at + 2] = 7
    crc_at = data.index(b"eXIf")
    length = int.from_bytes(data[crc_at - 4 : crc_at], "big")
    end = crc_at + 4 + length
    data[end : end + 4] = zlib.crc32(data[crc_at:end]).to_bytes(4, "big")
    np.testing.assert_array_equal(decode(bytes(data))[0], upright)


def test_every_16_bit_value_is_rounded_to_the_nearest():
    every = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    pixels = decode(encoded(Image.fromarray(every)))
    np.testing.assert_array_equal(pixels[0], (every.astype(int) + 128) // 257)


def test_bits_say_how_much_of_16_is_used():
    deep = np.array([[0, 8, 2048, 4095, 5000]], np.uint16)
    picture = images.read(encoded(Image.fromarray(deep)), form_of(bits=12))
    assert picture.pixels.tolist() == [[[0, 0, 128, 255, 255]]]
    assert picture.top == 5000


def too_large(monkeypatch, most):
    """An image of 100 pixels, where no more than ``most`` are decoded."""
    monkeypatch.setattr(images, "MOST_PIXELS", most)
    data = encoded(Image.new("L", (10, 10)))
    monkeypatch.setattr(ImageFile.ImageFile, "load", None)  # nothing of it is decoded
    with pytest.raises((ValueError, Image.DecompressionBombError)) as caught:
        decode(data)
    return reason(caught.value, data)


@pytest.mark.parametrize("pillows", [None, 40])
def test_an_image_that_is_too_large_is_refused_with_its_size(monkeypatch, pillows):
    """Whether Pillow refuses it, or its limit was lifted."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", pillows)
    said = too_large(monkeypatch, 80)
    assert "0 million pixels, and the limit is 0 million: make the image smaller" in said
    assert "bomb" not in said


def test_the_size_of_a_large_image_is_told_in_millions():
    error = Image.DecompressionBombError("Image size (400000000 pixels) exceeds limit of 178956970")
    assert reason(error, b"x").startswith("400 million pixels, and the limit is 179 million")


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"", "empty"), (b"<html>", "no image"), (encoded(Image.fromarray(GRAY))[:50], "cut short")],
)
def test_what_is_wrong_is_said_in_a_few_words(data, why):
    with pytest.raises(Exception) as caught:
        decode(data)
    assert reason(caught.value, data) == why


def test_no_address_of_an_object_is_told():
    assert reason(ValueError("cannot read <x object at 0x7f00>"), b"x") == "damaged"
    assert reason(ValueError(), b"x") == "damaged"


def test_another_program_is_never_started():
    """Pillow hands EPS to Ghostscript, whatever the file is called."""
    data = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 4 4\n%%EndComments\n"
    assert Image.open(io.BytesIO(data)).format == "EPS"
    with pytest.raises(Exception) as caught:
        decode(data)
    assert reason(caught.value, data) == "no image"
