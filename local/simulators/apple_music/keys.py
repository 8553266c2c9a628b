"""The key pair of the simulated MusicKit account: no secret, as everybody can read it here."""

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, derive_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

TEAM_ID = "SIMULATED1"
KEY_ID = "SIMKEY0001"

_PAIR: EllipticCurvePrivateKey = derive_private_key(0x5EED_0F_B1E4D1F4, SECP256R1())


def private_key() -> str:
    """What Apple lets an account download once as a .p8 file: PKCS 8 in PEM. Sign developer tokens with it."""
    return _PAIR.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_key() -> str:
    """What the simulator verifies developer tokens with, in PEM."""
    return _PAIR.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
