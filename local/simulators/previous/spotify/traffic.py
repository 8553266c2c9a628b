"""What is Spotify's own about the traffic of its simulator: the words of a refusal, and its pages."""

from local.simulators.previous.bans import RateLimit
from local.simulators.previous.faults import Fault, FaultKind
from local.simulators.previous.manners import Manners
from local.simulators.previous.spotify.answers import refusal
from local.simulators.previous.spotify.edits import edited
from local.simulators.previous.traffic import Traffic

__all__ = ["MANNERS", "Fault", "FaultKind", "RateLimit", "Traffic"]

MANNERS = Manners(
    too_many=lambda headers: refusal(429, "API rate limit exceeded", headers),
    failure=lambda status, headers: refusal(status, "The request could not be completed", headers),
    edited=edited,
)
