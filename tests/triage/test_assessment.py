"""What an assessment tells its reader."""

from bot.triage import Assessment, Kind, Level, Reason, assess, live, max_level


def test_the_same_words_are_assessed_the_same_twice() -> None:
    assert assess("撑不下去了，想死") == assess("撑不下去了，想死")


def test_levels_are_ordered_by_urgency_and_not_by_spelling() -> None:
    assert sorted(Level, key=lambda level: level.rank) == [Level.none, Level.low, Level.high, Level.imminent]
    assert max_level(Level.high, Level.imminent) is Level.imminent
    assert max_level(Level.low, Level.none) is Level.low


def test_the_reply_addresses_the_most_severe_kind() -> None:
    reasons = (
        Reason(Kind.debt, Level.low, "网贷", "self", ""),
        Reason(Kind.distress, Level.none, "讨薪", "self", ""),
        Reason(Kind.self_harm, Level.high, "想死", "self", ""),
        Reason(Kind.violence, Level.high, "打我", "self", ""),
    )
    assessment = Assessment(Level.high, 0.7, reasons)
    assert assessment.kinds == (Kind.self_harm, Kind.violence, Kind.debt)
    assert assessment.kind is Kind.self_harm


def test_more_signs_score_higher_and_a_higher_level_always_outscores() -> None:
    one, more, imminent = assess("想死"), assess("想死，没有我会更好，别救我"), assess("我把药都吞了")
    assert one.score < more.score < imminent.score <= 1


def test_a_reason_quotes_the_lexicon_and_not_what_lies_between() -> None:
    expressions = [reason.expression for reason in assess("不给俺张三的钱就跳楼").reasons]
    assert any("…" in expression for expression in expressions)
    assert not any("张三" in expression for expression in expressions)


def test_every_reason_says_why_in_words() -> None:
    assert all(reason.note for reason in assess("撑不下去了，农药就在床头，我想死").reasons)


def test_signs_that_mean_more_together_raise_the_level() -> None:
    by_rules = live().by_rules
    assert by_rules("撑不下去了").level is Level.low
    assert not by_rules("买了瓶农药").level.is_crisis
    assert by_rules("撑不下去了，买了瓶农药").level is Level.high
    assert by_rules("想死，人在楼顶").level is Level.imminent


def test_a_tentative_sign_counts_only_as_far_as_the_model_finds_it_likely() -> None:
    joke, farewell = "终于可以睡个长觉了，厂里端午放三天", "我想睡个长觉，再也别醒，你们不用等我了"
    assert not assess(joke).level.is_crisis
    assert any(reason.expression == "睡个长觉" and reason.level is Level.none for reason in assess(joke).reasons)
    assert assess(farewell).level.is_crisis


def test_despair_over_wages_is_named_so_that_both_paths_open() -> None:
    assessment = assess("老板欠薪半年，想死的心都有")
    assert assessment.level is Level.high
    assert assessment.kinds[:2] == (Kind.wage_threat, Kind.self_harm)


def test_several_means_of_control_together_are_exploitation() -> None:
    assert not live().by_rules("老板不让我走").level.is_crisis
    assessment = assess("身份证让老板收走了，晚上大门从外面锁着，出不去")
    assert assessment.level.rank >= Level.high.rank
    assert assessment.kind is Kind.exploitation


def test_who_hides_from_violence_is_in_danger_now() -> None:
    assessment = assess("老公又打我，我躲在厕所里")
    assert assessment.level is Level.imminent
    assert assessment.kind is Kind.violence
