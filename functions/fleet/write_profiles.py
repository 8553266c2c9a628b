"""Write the files of profiles that the queue asks for."""

from blendify.fleet.steps import write
from blendify.lambdas.fleet import files_to_write

handler = files_to_write(write)
