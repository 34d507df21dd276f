-- +goose Up
-- Tasks that units give, and the days on which offices do not work.

CREATE TABLE holiday (
    day        TEXT PRIMARY KEY,
    kind       TEXT NOT NULL, -- off, work: a Saturday or Sunday that is worked
    name       TEXT NOT NULL,
    source     TEXT NOT NULL, -- the law or the announcement that says so
    actor_name TEXT NOT NULL, -- who wrote it last, '' as it came with the house
    at         BIGINT NOT NULL
) /*clustered*/;

-- 2020 to 2027. Not here, for an administrator to add once announced: the Lunar New
-- Year and the second National Day of 2027, and days of 2026 exchanged with Saturdays.
INSERT INTO holiday (day, kind, name, source, actor_name, at) VALUES
    ('2020-01-01', 'off', 'Tết Dương lịch', 'Bộ luật Lao động 2012, Điều 115', '', 0),
    ('2020-01-23', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2012, Điều 115; thông báo nghỉ Tết Nguyên đán năm 2020', '', 0),
    ('2020-01-24', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2012, Điều 115; thông báo nghỉ Tết Nguyên đán năm 2020', '', 0),
    ('2020-01-25', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2012, Điều 115; thông báo nghỉ Tết Nguyên đán năm 2020', '', 0),
    ('2020-01-26', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2012, Điều 115; thông báo nghỉ Tết Nguyên đán năm 2020', '', 0),
    ('2020-01-27', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2012, Điều 115; thông báo nghỉ Tết Nguyên đán năm 2020', '', 0),
    ('2020-01-28', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2012, Điều 115; thông báo nghỉ Tết Nguyên đán năm 2020', '', 0),
    ('2020-01-29', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2012, Điều 115; thông báo nghỉ Tết Nguyên đán năm 2020', '', 0),
    ('2020-04-02', 'off', 'Giỗ Tổ Hùng Vương (10/3 âm lịch)', 'Bộ luật Lao động 2012, Điều 115', '', 0),
    ('2020-04-30', 'off', 'Ngày Chiến thắng 30/4', 'Bộ luật Lao động 2012, Điều 115', '', 0),
    ('2020-05-01', 'off', 'Quốc tế Lao động', 'Bộ luật Lao động 2012, Điều 115', '', 0),
    ('2020-09-02', 'off', 'Quốc khánh', 'Bộ luật Lao động 2012, Điều 115', '', 0),
    ('2021-01-01', 'off', 'Tết Dương lịch', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2021-02-10', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2021', '', 0),
    ('2021-02-11', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2021', '', 0),
    ('2021-02-12', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2021', '', 0),
    ('2021-02-13', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2021', '', 0),
    ('2021-02-14', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2021', '', 0),
    ('2021-02-15', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2021', '', 0),
    ('2021-02-16', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2021', '', 0),
    ('2021-04-21', 'off', 'Giỗ Tổ Hùng Vương (10/3 âm lịch)', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2021-04-30', 'off', 'Ngày Chiến thắng 30/4', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2021-05-01', 'off', 'Quốc tế Lao động', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2021-05-03', 'off', 'Nghỉ bù Quốc tế Lao động', 'Bộ luật Lao động 2019, Điều 111 khoản 3', '', 0),
    ('2021-09-02', 'off', 'Quốc khánh', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2021-09-03', 'off', 'Quốc khánh, ngày liền kề', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Quốc khánh năm 2021', '', 0),
    ('2022-01-01', 'off', 'Tết Dương lịch', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2022-01-03', 'off', 'Nghỉ bù Tết Dương lịch', 'Bộ luật Lao động 2019, Điều 111 khoản 3', '', 0),
    ('2022-01-31', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2022', '', 0),
    ('2022-02-01', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2022', '', 0),
    ('2022-02-02', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2022', '', 0),
    ('2022-02-03', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2022', '', 0),
    ('2022-02-04', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2022', '', 0),
    ('2022-04-10', 'off', 'Giỗ Tổ Hùng Vương (10/3 âm lịch)', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2022-04-11', 'off', 'Nghỉ bù Giỗ Tổ Hùng Vương', 'Bộ luật Lao động 2019, Điều 111 khoản 3', '', 0),
    ('2022-04-30', 'off', 'Ngày Chiến thắng 30/4', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2022-05-01', 'off', 'Quốc tế Lao động', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2022-05-02', 'off', 'Nghỉ bù Ngày Chiến thắng 30/4', 'Bộ luật Lao động 2019, Điều 111 khoản 3', '', 0),
    ('2022-05-03', 'off', 'Nghỉ bù Quốc tế Lao động', 'Bộ luật Lao động 2019, Điều 111 khoản 3', '', 0),
    ('2022-09-01', 'off', 'Quốc khánh, ngày liền kề', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Quốc khánh năm 2022', '', 0),
    ('2022-09-02', 'off', 'Quốc khánh', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2023-01-01', 'off', 'Tết Dương lịch', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2023-01-02', 'off', 'Nghỉ bù Tết Dương lịch', 'Bộ luật Lao động 2019, Điều 111 khoản 3', '', 0),
    ('2023-01-20', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2023', '', 0),
    ('2023-01-21', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2023', '', 0),
    ('2023-01-22', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2023', '', 0),
    ('2023-01-23', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2023', '', 0),
    ('2023-01-24', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2023', '', 0),
    ('2023-01-25', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2023', '', 0),
    ('2023-01-26', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2023', '', 0),
    ('2023-04-29', 'off', 'Giỗ Tổ Hùng Vương (10/3 âm lịch)', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2023-04-30', 'off', 'Ngày Chiến thắng 30/4', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2023-05-01', 'off', 'Quốc tế Lao động', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2023-05-02', 'off', 'Nghỉ bù Giỗ Tổ Hùng Vương', 'Bộ luật Lao động 2019, Điều 111 khoản 3', '', 0),
    ('2023-05-03', 'off', 'Nghỉ bù Ngày Chiến thắng 30/4', 'Bộ luật Lao động 2019, Điều 111 khoản 3', '', 0),
    ('2023-09-01', 'off', 'Quốc khánh, ngày liền kề', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Quốc khánh năm 2023', '', 0),
    ('2023-09-02', 'off', 'Quốc khánh', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2023-09-04', 'off', 'Nghỉ bù Quốc khánh', 'Bộ luật Lao động 2019, Điều 111 khoản 3', '', 0),
    ('2024-01-01', 'off', 'Tết Dương lịch', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2024-02-08', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2024', '', 0),
    ('2024-02-09', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2024', '', 0),
    ('2024-02-10', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2024', '', 0),
    ('2024-02-11', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2024', '', 0),
    ('2024-02-12', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2024', '', 0),
    ('2024-02-13', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2024', '', 0),
    ('2024-02-14', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2024', '', 0),
    ('2024-04-18', 'off', 'Giỗ Tổ Hùng Vương (10/3 âm lịch)', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2024-04-29', 'off', 'Nghỉ hoán đổi, làm bù 04/5', 'Thông báo hoán đổi ngày làm việc dịp 30/4, 1/5 năm 2024', '', 0),
    ('2024-04-30', 'off', 'Ngày Chiến thắng 30/4', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2024-05-01', 'off', 'Quốc tế Lao động', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2024-05-04', 'work', 'Làm bù cho ngày 29/4', 'Thông báo hoán đổi ngày làm việc dịp 30/4, 1/5 năm 2024', '', 0),
    ('2024-09-02', 'off', 'Quốc khánh', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2024-09-03', 'off', 'Quốc khánh, ngày liền kề', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Quốc khánh năm 2024', '', 0),
    ('2025-01-01', 'off', 'Tết Dương lịch', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2025-01-27', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2025', '', 0),
    ('2025-01-28', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2025', '', 0),
    ('2025-01-29', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2025', '', 0),
    ('2025-01-30', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2025', '', 0),
    ('2025-01-31', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2025', '', 0),
    ('2025-04-07', 'off', 'Giỗ Tổ Hùng Vương (10/3 âm lịch)', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2025-04-26', 'work', 'Làm bù cho ngày 02/5', 'Thông báo hoán đổi ngày làm việc dịp 30/4, 1/5 năm 2025', '', 0),
    ('2025-04-30', 'off', 'Ngày Chiến thắng 30/4', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2025-05-01', 'off', 'Quốc tế Lao động', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2025-05-02', 'off', 'Nghỉ hoán đổi, làm bù 26/4', 'Thông báo hoán đổi ngày làm việc dịp 30/4, 1/5 năm 2025', '', 0),
    ('2025-09-01', 'off', 'Quốc khánh, ngày liền kề', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Quốc khánh năm 2025', '', 0),
    ('2025-09-02', 'off', 'Quốc khánh', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2026-01-01', 'off', 'Tết Dương lịch', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2026-02-16', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2026', '', 0),
    ('2026-02-17', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2026', '', 0),
    ('2026-02-18', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2026', '', 0),
    ('2026-02-19', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2026', '', 0),
    ('2026-02-20', 'off', 'Tết Nguyên đán', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Tết Nguyên đán năm 2026', '', 0),
    ('2026-04-26', 'off', 'Giỗ Tổ Hùng Vương (10/3 âm lịch)', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2026-04-27', 'off', 'Nghỉ bù Giỗ Tổ Hùng Vương', 'Bộ luật Lao động 2019, Điều 111 khoản 3', '', 0),
    ('2026-04-30', 'off', 'Ngày Chiến thắng 30/4', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2026-05-01', 'off', 'Quốc tế Lao động', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2026-09-01', 'off', 'Quốc khánh, ngày liền kề', 'Bộ luật Lao động 2019, Điều 112; thông báo nghỉ Quốc khánh năm 2026', '', 0),
    ('2026-09-02', 'off', 'Quốc khánh', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2027-01-01', 'off', 'Tết Dương lịch', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2027-04-16', 'off', 'Giỗ Tổ Hùng Vương (10/3 âm lịch)', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2027-04-30', 'off', 'Ngày Chiến thắng 30/4', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2027-05-01', 'off', 'Quốc tế Lao động', 'Bộ luật Lao động 2019, Điều 112', '', 0),
    ('2027-05-03', 'off', 'Nghỉ bù Quốc tế Lao động', 'Bộ luật Lao động 2019, Điều 111 khoản 3', '', 0),
    ('2027-09-02', 'off', 'Quốc khánh', 'Bộ luật Lao động 2019, Điều 112', '', 0);

-- What a unit gives to do: one text, to one unit or to many.
CREATE TABLE task_order (
    id           TEXT PRIMARY KEY,
    tree         TEXT NOT NULL,
    unit         BIGINT NOT NULL REFERENCES unit (id), -- gives it
    parent       TEXT NOT NULL, -- the task of this unit that is handed down, '' for none
    text         TEXT NOT NULL,
    fold         TEXT NOT NULL,
    deliverable  TEXT NOT NULL,
    given_day    TEXT NOT NULL,
    day          TEXT NOT NULL,
    wording      TEXT NOT NULL, -- before, until
    moved        TEXT NOT NULL, -- the day without work from which it was moved, '' for none
    source       TEXT NOT NULL, -- hand, plan, directive, conclusion
    source_id    TEXT NOT NULL, -- of the plan or the directive, '' where only words name it
    block        TEXT NOT NULL, -- of the plan
    source_text  TEXT NOT NULL, -- the source in words
    reach        TEXT NOT NULL, -- named, all: every unit directly under
    at_path      TEXT NOT NULL /*C*/, -- last unit that a job has given it to
    given        SMALLINT NOT NULL, -- 1: every unit has it
    entered_by   TEXT NOT NULL,
    entered_name TEXT NOT NULL,
    entered_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL
);
CREATE INDEX task_order_unit ON task_order (unit, entered_at);
CREATE INDEX task_order_parent ON task_order (parent) WHERE parent <> '';
CREATE INDEX task_order_source ON task_order (source_id, block) WHERE source_id <> '';

CREATE TABLE task_partner (
    task_order TEXT NOT NULL REFERENCES task_order (id),
    unit       BIGINT NOT NULL REFERENCES unit (id),
    PRIMARY KEY (task_order, unit)
) /*clustered*/;
CREATE INDEX task_partner_unit ON task_partner (unit);

-- One unit's task. How it stands is worked out from its days.
CREATE TABLE task (
    id           TEXT /*C*/ PRIMARY KEY,
    task_order   TEXT NOT NULL REFERENCES task_order (id),
    tree         TEXT NOT NULL,
    unit         BIGINT NOT NULL, -- gave it
    lead         BIGINT NOT NULL REFERENCES unit (id),
    person       BIGINT NOT NULL, -- member of the lead who answers for it, 0 for none
    charge       TEXT NOT NULL, -- the same in words
    due          TEXT NOT NULL, -- last day on which it is in time
    sheet        BIGINT NOT NULL,
    done_at      BIGINT,
    done_day     TEXT NOT NULL, -- the day of done_at, for SQL; '' while it is open
    verified_at  BIGINT,
    late_at      BIGINT, -- when it was counted as late and not done
    withdrawn_at BIGINT,
    returned     SMALLINT NOT NULL, -- 1: sent back and not done again
    asks         SMALLINT NOT NULL, -- 1: an extension waits for an answer
    extended     SMALLINT NOT NULL, -- 1: has got more time
    version      BIGINT NOT NULL,
    UNIQUE (task_order, lead)
);
CREATE INDEX task_lead ON task (lead, due);
CREATE INDEX task_unit ON task (unit, due);
CREATE INDEX task_due ON task (due, id) WHERE done_at IS NULL AND withdrawn_at IS NULL;
CREATE INDEX task_fresh_late ON task (due, id) WHERE done_at IS NULL AND withdrawn_at IS NULL AND late_at IS NULL;
CREATE INDEX task_sheet_of ON task (sheet);
CREATE INDEX task_waiting ON task (unit) WHERE done_at IS NOT NULL AND verified_at IS NULL AND withdrawn_at IS NULL;
CREATE INDEX task_asks ON task (unit) WHERE asks = 1;

-- The sheets of what a unit gives in a year: another is opened where a unit has come
-- that does not stand on the one before.
CREATE TABLE task_sheet (
    unit  BIGINT NOT NULL REFERENCES unit (id),
    year  TEXT NOT NULL,
    n     BIGINT NOT NULL, -- from 1
    sheet BIGINT NOT NULL,
    PRIMARY KEY (unit, year, n)
) /*clustered*/;

CREATE TABLE task_event (
    id         BIGINT PRIMARY KEY,
    task       TEXT NOT NULL REFERENCES task (id),
    kind       TEXT NOT NULL, -- given, amended, progress, done, returned, verified, asked, extended, refused, withdrawn
    text       TEXT NOT NULL,
    day        TEXT NOT NULL, -- asked for or given
    unit       BIGINT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX task_event_task ON task_event (task, id);

CREATE TABLE task_evidence (
    id         BIGINT PRIMARY KEY,
    task       TEXT NOT NULL REFERENCES task (id),
    kind       TEXT NOT NULL, -- file, link, words
    file       TEXT NOT NULL, -- id, '' for none
    text       TEXT NOT NULL, -- the words, the address, or what the file shows
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX task_evidence_task ON task_evidence (task, id);

-- When the tasks that a unit gave remind, as rollouts do by remind_rule. A unit
-- without rows has the usual rules.
CREATE TABLE task_rule (
    unit       BIGINT NOT NULL REFERENCES unit (id),
    sort       TEXT NOT NULL, -- remind: the lead; escalate: who gave it and who is above the lead
    days       BIGINT NOT NULL, -- from the last day
    enabled    SMALLINT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (unit, sort, days)
) /*clustered*/;

CREATE TABLE task_reminded (
    task TEXT NOT NULL REFERENCES task (id),
    due  TEXT NOT NULL,
    sort TEXT NOT NULL,
    days BIGINT NOT NULL,
    told BIGINT NOT NULL,
    at   BIGINT NOT NULL,
    PRIMARY KEY (task, due, sort, days)
) /*clustered*/;
