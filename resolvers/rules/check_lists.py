"""The check lists jiesu is loaded with: rows for `check_lists`, to be amended as rows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CheckList:
    """检查清单. `category_codes`: first digits of the categories it is meant for; none: any case."""

    code: str
    name: str
    basis: str
    category_codes: tuple[str, ...]
    items: tuple[str, ...]


_PAPERS = ("营业执照是否悬挂且与实际经营一致", "向当事人出示执法证件或任务书")

CHECK_LISTS = (
    CheckList(
        "GENERAL",
        "通用现场检查",
        "市场监督管理行政处罚程序规定",
        (),
        (*_PAPERS, "诉求所述事实是否属实", "有无同类问题"),
    ),
    CheckList(
        "FOOD",
        "食品安全现场检查",
        "食品生产经营监督检查管理办法; 丰台案例 (FT-14)",
        ("010103", "010301", "010303"),
        (
            *_PAPERS,
            "食品经营许可证是否有效、项目相符",
            "从业人员健康证明",
            "进货查验记录与供货商许可证",
            "出厂检验报告或检验合格证明",
            "标签与保质期",
            "贮存温度与场所卫生",
            "在售商品随机抽样快检",
        ),
    ),
    CheckList(
        "PRICE",
        "价格检查",
        "价格法; 明码标价和禁止价格欺诈规定",
        ("010101", "010102", "010104", "010501"),
        (
            *_PAPERS,
            "明码标价",
            "标价与结算价一致",
            "进货票据与进销差价",
            "涨价的幅度、时间和理由",
            "有无囤积或强制搭售",
        ),
    ),
    CheckList(
        "UNLICENSED",
        "无证照经营检查",
        "无证无照经营查处办法; 丰台案例 (FT-7, FT-8, FT-10)",
        ("010302",),
        (
            "实际经营时间 (夜间经营的夜间检查)",
            "有无营业执照和许可证",
            "经营工具与货品清点",
            "房屋出租人约谈",
            "周边同类点位",
        ),
    ),
    CheckList(
        "PREPAID",
        "预付式消费检查",
        "消费者权益保护法实施条例; 株洲专项治理 (ZZ-27)",
        ("010201", "010202", "010203", "010205", "010403", "010404"),
        (
            *_PAPERS,
            "合同与退费条款",
            "预付金额、已消费金额和余额台账",
            "格式条款是否排除消费者权利",
            "停业、转让是否告知",
        ),
    ),
    CheckList(
        "EIGHT_ONES",
        "消费维权服务站“八个一”",
        "株洲市消费维权服务站建设标准 (ZZ-30)",
        (),
        (
            "一个固定场所",
            "一块标识牌",
            "至少一名专(兼)职人员",
            "一个公示栏",
            "一部固定电话",
            "一台电脑",
            "一本投诉登记簿",
            "一套规章制度",
        ),
    ),
)
