"""Photos and places in messages: what is shown of them, and how Rasa is told about them.

Rasa reads texts and payloads. So a photo or a place becomes a payload of the intent ``inform``, like that of
the buttons of a form. Rasa then understands it at any point of any form:
``/inform{"slot":"photo","value":"<id>"}`` and ``/inform{"slot":"location","value":"32.64,117.01 某某路"}``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PHOTO = "［照片］"
"""The text of a photo without words."""
PLACE = "［位置］"
"""The text of a place without words or label."""
BESIDE = "beside"
"""Key of the metadata with which Rasa gets a photo or place that is followed by the words sent with it."""
MAX_LABEL = 200
"""Most characters of a place's label."""
_SHOWN = ("image", "width", "height", "lat", "lon", "label", "accuracy")


@dataclass(frozen=True)
class Place:
    """A point on the map, stored as sent.

    Browsers send WGS84, WeChat sends GCJ-02; the two differ by some hundred metres.

    Args:
        lat: latitude in degrees, -90 to 90.
        lon: longitude in degrees, -180 to 180.
        label: the address that the citizen's device gave the point; empty when it gave none.
    """

    lat: float
    lon: float
    label: str = ""

    def __str__(self) -> str:
        """The form used in payloads, which :meth:`parse` reads."""
        return f"{self.lat:.6f},{self.lon:.6f} {self.label}".strip()

    @classmethod
    def parse(cls, text: str) -> Place | None:
        """The place in the value of a payload; None when the value is no place.

        >>> Place.parse("32.646000,117.018000 朝阳中路")
        Place(lat=32.646, lon=117.018, label='朝阳中路')
        """
        point, _, label = text.partition(" ")
        lat, _, lon = point.partition(",")
        return place({"lat": lat, "lon": lon, "label": label})


def place(media: Mapping[str, Any] | None) -> Place | None:
    """The place in a message's media, with our names or WeChat's names; None when there is none.

    >>> place({"Location_X": "32.6", "Location_Y": "117.0", "Label": "某某路"})
    Place(lat=32.6, lon=117.0, label='某某路')
    """
    if not media:
        return None
    try:
        lat, lon = (
            float(media.get("lat") or media["Location_X"]),
            float(media.get("lon") or media["Location_Y"]),
        )
    except (KeyError, TypeError, ValueError):
        return None
    if not (math.isfinite(lat) and math.isfinite(lon) and -90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    label = str(media.get("label") or media.get("Label") or "")
    return Place(lat, lon, " ".join(label.split())[:MAX_LABEL])


def shown(media: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The part of a message's media that channels and the desk may show. Ids of the platform are left out."""
    if not media:
        return None
    there = place(media)
    found = {"lat": there.lat, "lon": there.lon, "label": there.label} if there else {}
    return {**found, **{name: media[name] for name in _SHOWN if name in media and name not in found}} or None


def words(text: str, media: Mapping[str, Any] | None) -> str:
    """The citizen's own words beside a photo or place; "" when the text only stands for it, or is the place's label.

    >>> words("我家着火了", {"image": "01990000"}), words(PHOTO, {"image": "01990000"})
    ('我家着火了', '')
    """
    said = text.strip()
    there = place(media)
    stands_for = said in (PHOTO, PLACE) or (
        there is not None and " ".join(said.split())[:MAX_LABEL] == there.label
    )
    return "" if stands_for else said


def payload(kind: str, media: Mapping[str, Any] | None) -> str | None:
    """The payload that tells Rasa about a photo or a place; None for all other messages.

    >>> payload("image", {"image": "01990000-0000-7000-8000-000000000001"})
    '/inform{"slot":"photo","value":"01990000-0000-7000-8000-000000000001"}'
    """
    if kind == "image" and media and media.get("image"):
        return _inform("photo", str(media["image"]))
    there = place(media) if kind == "location" else None
    return _inform("location", str(there)) if there else None


def _inform(slot: str, value: str) -> str:
    return "/inform" + json.dumps({"slot": slot, "value": value}, ensure_ascii=False, separators=(",", ":"))
