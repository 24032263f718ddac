"""The four dashboards: deadlines, the way of an event, intake, processes. Titles in Chinese and English."""

from deploy.grafana.panels import Board, Panel

_REQUESTS = "huiying_http_request_seconds"
_COMPLAINTS = f'{_REQUESTS}_bucket{{service="intake", route="/v1/complaints", method="POST", status="2xx"}}'

BOARDS = (
    Board(
        "huiying-deadlines",
        "回应 · 时限 / Huiying: deadlines",
        (
            Panel(
                "已过期限未处理 / clocks past due",
                "s",
                {"{{schema}}": "max by (schema) (huiying_timer_oldest_past_due_seconds)"},
                alarm=5,
            ),
            Panel("过期条数 / how many", "short", {"{{schema}}": "max by (schema) (huiying_timers_past_due)"}),
            Panel(
                "处理滞后 p99 / how late clocks fire, p99",
                "s",
                {
                    "{{schema}}": "histogram_quantile(0.99, sum by (schema, le) (rate(huiying_timer_late_seconds_bucket[5m])))"
                },
                alarm=1,
            ),
            Panel(
                "每秒处理 / fired a second",
                "ops",
                {"{{schema}}": "sum by (schema) (rate(huiying_timers_fired_total[1m]))"},
            ),
            Panel(
                "处理失败 / set aside, 15 min",
                "short",
                {"{{schema}}": "sum by (schema) (increase(huiying_timers_failed_total[15m]))"},
                alarm=1,
            ),
            Panel(
                "时钟跳变与暂停 / clock steps, verdicts paused",
                "short",
                {
                    "跳变 / steps {{service}}": "sum by (service) (increase(huiying_clock_steps_total[10m]))",
                    "暂停 / paused {{service}}": "max by (service) (huiying_verdicts_paused)",
                },
                alarm=1,
            ),
            Panel(
                "日历 / calendar",
                "short",
                {
                    "仍按旧日历 / lagging": "max(huiying_calendar_lagging)",
                    "暂定期限 / provisional": "max(huiying_deadlines_provisional)",
                    "缺放假安排 / notice missing {{year}}": "max by (year) (huiying_calendar_notice_missing)",
                },
            ),
            Panel(
                "例行轮次 / rounds of routines",
                "short",
                {"{{became}}": "sum by (became) (increase(huiying_rounds_total[1h]))"},
            ),
        ),
    ),
    Board(
        "huiying-events",
        "回应 · 事件流转 / Huiying: events",
        (
            Panel(
                "消费者落后 / consumers behind",
                "short",
                {"{{consumer}} ← {{producer}}": "max by (consumer, producer) (huiying_consumer_behind)"},
                alarm=1,
            ),
            Panel("搁置的事件 / parked events", "short", {"{{schema}}": "max by (schema) (huiying_parked)"}, alarm=1),
            Panel(
                "新近搁置 / newly parked, 15 min",
                "short",
                {
                    "{{consumer}} ← {{producer}}": "sum by (consumer, producer) (increase(huiying_events_parked_total[15m]))"
                },
                alarm=1,
            ),
            Panel("待编号 / outbox waiting", "short", {"{{schema}}": "max by (schema) (huiying_outbox_waiting)"}),
            Panel(
                "最久未编号 / outbox, oldest",
                "s",
                {"{{schema}}": "max by (schema) (huiying_outbox_oldest_seconds)"},
                alarm=30,
            ),
            Panel(
                "每秒生效 / applied a second",
                "ops",
                {"{{consumer}} ← {{producer}}": "sum by (consumer, producer) (rate(huiying_events_applied_total[1m]))"},
            ),
            Panel(
                "从日志补取 / pulled from journals a second",
                "ops",
                {"{{consumer}} ← {{producer}}": "sum by (consumer, producer) (rate(huiying_events_pulled_total[1m]))"},
            ),
        ),
    ),
    Board(
        "huiying-intake",
        "回应 · 受理与过载 / Huiying: intake and overload",
        (
            Panel(
                "每秒投诉 / complaints a second",
                "reqps",
                {
                    "{{status}}": f"sum by (status) (rate({_REQUESTS}_count"
                    '{service="intake", route="/v1/complaints", method="POST"}[1m]))'
                },
            ),
            Panel(
                "受理耗时 / time to keep a complaint",
                "s",
                {
                    name: f"histogram_quantile({part}, sum by (le) (rate({_COMPLAINTS}[1m])))"
                    for name, part in (("p50", 0.5), ("p99", 0.99))
                },
                alarm=0.25,
            ),
            Panel(
                "每秒拒收 / turned away a second",
                "reqps",
                {"{{queue}} {{reason}}": "sum by (queue, reason) (rate(huiying_intake_shed_total[1m]))"},
                alarm=1,
            ),
            Panel("在途 / under way", "short", {"{{queue}}": "sum by (queue) (huiying_intake_waiting)"}),
            Panel(
                "等待 p99 / waiting to be kept, p99",
                "s",
                {
                    "{{queue}}": "histogram_quantile(0.99, sum by (queue, le) (rate(huiying_intake_wait_seconds_bucket[1m])))"
                },
            ),
        ),
    ),
    Board(
        "huiying-processes",
        "回应 · 服务与进程 / Huiying: services and processes",
        (
            Panel(
                "在答话的进程 / processes that answer", "short", {"{{service}}": 'sum by (service) (up{job="huiying"})'}
            ),
            Panel(
                "每秒请求 / requests a second",
                "reqps",
                {"{{service}}": f"sum by (service) (rate({_REQUESTS}_count[1m]))"},
            ),
            Panel(
                "失败占比 / share that fails",
                "percentunit",
                {
                    "{{service}}": f'sum by (service) (rate({_REQUESTS}_count{{status="5xx"}}[5m]))'
                    f" / sum by (service) (rate({_REQUESTS}_count[5m]))"
                },
                alarm=0.01,
            ),
            Panel(
                "耗时 p99 / time to answer, p99",
                "s",
                {"{{service}}": f"histogram_quantile(0.99, sum by (service, le) (rate({_REQUESTS}_bucket[1m])))"},
            ),
            Panel("处理器 / CPU", "percentunit", {"{{process}}": 'rate(process_cpu_seconds_total{job="huiying"}[1m])'}),
            Panel("内存 / resident memory", "bytes", {"{{process}}": 'process_resident_memory_bytes{job="huiying"}'}),
            Panel("打开的文件 / open files", "short", {"{{process}}": 'process_open_fds{job="huiying"}'}),
            Panel("运行时长 / running for", "s", {"{{process}}": 'time() - process_start_time_seconds{job="huiying"}'}),
        ),
    ),
)
