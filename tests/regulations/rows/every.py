"""The rows of every shipped rulebook, by its id."""

from tests.regulations.rows import (
    anhui,
    company,
    county,
    district,
    dongan,
    ethnic,
    gansu,
    huaihai,
    human_resources,
    hunan,
    kindergarten,
    procuratorate,
    state_council,
    xuancheng,
    xuchang,
    yichun,
)

BOOKS = {
    "anhui-medical-security-2021": anhui.BOOK,
    "company-internal": company.BOOK,
    "county-online-incidents": county.BOOK,
    "district-joint-conference": district.BOOK,
    "dongan-primary-school": dongan.BOOK,
    "ethnic-religious-affairs-city": ethnic.BOOK,
    "gansu-highway-2017": gansu.BOOK,
    "huaihai-institute": huaihai.BOOK,
    "human-resources-bureau-city": human_resources.BOOK,
    "hunan-county-poverty-relief": hunan.BOOK,
    "kindergarten": kindergarten.BOOK,
    "procuratorate": procuratorate.BOOK,
    "state-council-2016": state_council.BOOK,
    "xuancheng-2015": xuancheng.BOOK,
    "xuchang-experimental-school": xuchang.BOOK,
    "yichun-market-regulation-2020": yichun.BOOK,
}
