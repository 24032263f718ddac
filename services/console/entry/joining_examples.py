"""What the self-test of joining begins with: texts written for it, about nothing and nobody that there is."""

from collections.abc import Mapping, Sequence

_TITLE = "青石里小区三号楼停水已四天"
_BODY = (
    "青石里小区三号楼从上周四起一直没有自来水，物业说是加压泵坏了，供水公司说要等配件，两边互相推。楼里老人多，"
    "每天要到路口的消防栓提水上六楼。请尽快协调修好水泵，恢复供水，并告诉住户到底哪一天能来水。"
)
_OTHER_WORDS = (
    "家住青石里三号楼，停水好几天了。打供水公司电话让找物业，物业又说加压泵要等配件，没有准话。做饭洗衣全靠买桶装水，"
    "孩子洗澡都成问题。希望主管部门过来看看，催他们修好水泵，告诉住户哪一天能来水。"
)

EXAMPLES: Sequence[Mapping[str, str]] = (
    {"title": _TITLE, "body": _BODY},
    {"title": "三号楼停水没人管", "body": _OTHER_WORDS},
    {"title": _TITLE.replace("青石里", "白杨里"), "body": _BODY.replace("青石里", "白杨里")},
    {"body": f"//@楼上的邻居：【{_TITLE}】{_BODY} 转发微博", "id": "w-1"},
    {"body": "转发微博", "root_id": "w-1"},
)
"""A letter; the same matter in other words; the same letter with another place; the letter reposted; a bare repost of that."""
