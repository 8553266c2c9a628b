"""What is Spotify's own about the traffic of its simulator: the words of a refusal, and its pages."""

from local.simulators.frame.bans import RateLimit
from local.simulators.frame.faults import Fault, FaultKind
from local.simulators.frame.manners import Manners
from local.simulators.frame.traffic import Traffic
from local.simulators.spotify.answers import refusal
from local.simulators.spotify.edits import edited

__all__ = ["MANNERS", "Fault", "FaultKind", "RateLimit", "Traffic"]

MANNERS = Manners(
    too_many=lambda headers: refusal(429, "API rate limit exceeded", headers),
    failure=lambda status, headers: refusal(status, "The request could not be completed", headers),
    edited=edited,
)
