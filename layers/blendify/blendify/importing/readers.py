"""How a file is read: as an archive, its entries by the formats that we know."""

from blendify.importing import archives
from blendify.importing.formats import registry
from blendify.importing.work import Readers

ALL = Readers(archives.entries, registry.recognize, registry.names_in)
