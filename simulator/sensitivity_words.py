"""Words for drivers of an effect and for what it leans on, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

WORDS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "en": {
            "leans": "What the results lean on",
            "driver": "Parameter or size",
            "unit": "Unit",
            "coefficient": "Rank coefficient",
            "interval": "90 % interval",
            "share": "Share of variance",
            "identified": "Identified by data",
            "contraction": "Contraction",
            "literature": "literature-driven",
            "literature_share": "Literature-driven, of what is explained",
            "led": "The leading drivers are all literature-driven (or sizes of the policy): the data inform none.",
            "status": "Evidence",
            "parameter": "parameter",
            "size": "size of the policy",
            "rest": "luck, interactions and drivers too small to be found",
            "variable": "Variable",
            "sizes": "Of which sizes of policies",
            "explained": "The drivers explain {explained} of the variance of ranks over {runs} runs.",
            "tested": "{tested} parameters and sizes were tested; about one in ten of those named may be false.",
            "detectable": "One that explains less than about {detectable} of the variance is seldom found.",
            "note_drivers": "A coefficient of +0.5: one s.d. more of the parameter's rank moves the effect up by half "
            "an s.d. of its rank.",
            "note_none_found": "No parameter stands out from luck with this many runs.",
            "note_fixed": "Parameters are the same in every run, so differences between runs are luck only.",
            "note_too_few": "Too few runs to say what drives the effect; use at least 30, better 200.",
            "note_no_effect": "The effect is zero in every run.",
            "note_constant": "The effect is the same in every run.",
            "verdict_assumptions": "Leans on assumptions: at least half of what is explained rests on parameters that "
            "data identify weakly or not at all.",
            "verdict_size": "Leans on the size of the policy, which is chosen or assumed.",
            "verdict_data": "More than half of what is explained rests on parameters that data can identify.",
            "verdict_unexplained": "Mostly luck and drivers too small to be found with this many runs.",
            "verdict_fixed": "Luck only: parameters are the same in every run.",
            "verdict_too_few": "Too few runs to say.",
            "verdict_no_effect": "No effect.",
            "verdict_constant": "The same in every run.",
            "caution": "How well data identify a parameter is a judgement made before calibration. Shares hold for the "
            "prior ranges: a wider range makes a larger share.",
            "caution_measured": "Contraction: by how much fitting narrowed the prior of a parameter (0 %: not at all;"
            " –: it was not fitted). Shares hold for the ranges that the runs were drawn from: a wider range makes a"
            " larger share.",
        },
        "zh": {
            "leans": "结果依赖什么",
            "driver": "参数或政策力度",
            "unit": "单位",
            "coefficient": "秩回归系数",
            "interval": "90% 区间",
            "share": "方差份额",
            "identified": "数据可识别程度",
            "contraction": "收缩",
            "literature": "依文献设定",
            "literature_share": "已解释部分中依文献设定的份额",
            "led": "主要驱动因素均依文献设定（或为政策力度），数据没有提供信息。",
            "status": "证据",
            "parameter": "参数",
            "size": "政策力度",
            "rest": "随机性、交互作用以及过小而无法发现的因素",
            "variable": "变量",
            "sizes": "其中：政策力度",
            "explained": "在 {runs} 次运行中，这些因素解释了秩方差的 {explained}。",
            "tested": "共检验 {tested} 个参数和政策力度；列出的因素中约有十分之一可能是误判。",
            "detectable": "解释份额低于约 {detectable} 的因素很难被发现。",
            "note_drivers": "系数 +0.5 表示：参数的秩提高一个标准差，效果的秩上升半个标准差。",
            "note_none_found": "以目前的运行次数，没有参数能与随机性区分开。",
            "note_fixed": "各次运行的参数相同，差异只来自随机性。",
            "note_too_few": "运行次数太少，无法判断；至少需要30次，最好200次。",
            "note_no_effect": "每次运行的效果都为零。",
            "note_constant": "每次运行的效果都相同。",
            "verdict_assumptions": "依赖假设：已解释部分至少有一半取决于数据难以或无法识别的参数。",
            "verdict_size": "取决于政策力度，而力度由设定或假设给出。",
            "verdict_data": "已解释部分有一半以上取决于数据可以识别的参数。",
            "verdict_unexplained": "主要是随机性，以及以目前运行次数无法发现的小因素。",
            "verdict_fixed": "只有随机性：各次运行的参数相同。",
            "verdict_too_few": "运行次数太少，无法判断。",
            "verdict_no_effect": "没有效果。",
            "verdict_constant": "每次运行都相同。",
            "caution": "数据可识别程度是校准之前的判断。份额取决于先验范围：范围越宽，份额越大。",
            "caution_measured": "收缩：拟合使参数先验缩小的程度（0%：没有缩小；–：未参与拟合）。"
            "份额取决于抽样所用的范围：范围越宽，份额越大。",
        },
    }
)
"""Language -> key -> text; keys ``note_…`` and ``verdict_…`` end in the notes and verdicts of sensitivity."""
