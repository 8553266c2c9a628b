"""Why a whole file cannot be imported: a code for programs, and a sentence for the listener."""

from collections.abc import Mapping

MESSAGES: Mapping[str, str] = {
    "archive_damaged": "The archive is damaged, or its download stopped early. Download it again.",
    "archive_incomplete": "This is the beginning of a zip file: the download or the upload stopped early.",
    "archive_kind": "This kind of archive cannot be read. Unpack it, and upload the files in it or a zip of them.",
    "empty": "The file is empty.",
    "html": "This is a web page and no export. The download may have asked you to log in first.",
    "no_files": "The archive holds no files.",
    "not_recognized": "Nothing in the file is of a kind that can be imported.",
    "password": "The archive is protected by a password. Upload it without one.",
    "too_deep": "The archive holds archives in archives in archives: more than any export does.",
    "too_large": "What the archive holds is larger than any export.",
    "too_many_files": "The archive holds more files than any export.",
}


class ImportRefused(Exception):
    """The file cannot be read, or not further. `message` is for the listener and holds nothing of the file."""

    def __init__(self, code: str) -> None:
        super().__init__(MESSAGES[code])
        self.code = code
        self.message = MESSAGES[code]
