"""The one way YAML is read here: plain data, the line of every part, and nothing of YAML that can surprise or explode."""

from shared.marked_yaml.document import Document, Place
from shared.marked_yaml.faults import Fault, YamlError
from shared.marked_yaml.read import DEEPEST, LARGEST, read_yaml

__all__ = ["DEEPEST", "LARGEST", "Document", "Fault", "Place", "YamlError", "read_yaml"]
