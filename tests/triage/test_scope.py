"""Whose sign it is, when, and whether it is meant."""

import pytest

from bot.triage import Assessment, Kind, Level, assess
from tests.triage import sentences


def _scopes(assessment: Assessment) -> set[str]:
    return {reason.scope for reason in assessment.reasons}


@pytest.mark.parametrize("text", sentences.THIRD_PERSON_IMMINENT)
def test_somebody_else_in_danger_now_is_imminent_on_the_third_person_path(text: str) -> None:
    assessment = assess(text)
    assert assessment.level is Level.imminent
    assert assessment.kind is Kind.third_person


@pytest.mark.parametrize("text", sentences.THIRD_PERSON_HIGH)
def test_somebody_else_at_risk_keeps_the_level_on_the_third_person_path(text: str) -> None:
    assessment = assess(text)
    assert assessment.level.rank >= Level.high.rank
    assert assessment.kind is Kind.third_person


@pytest.mark.parametrize(
    "text",
    [
        "我跟我妈说我不想活了",
        "老公天天骂我，我想死",
        "因为老公出轨想自杀",
        "被工头逼得想死",
        "跟老公吵架想跳楼",
    ],
)
def test_people_whom_something_is_done_to_or_with_do_not_take_over_the_sign(text: str) -> None:
    assessment = assess(text)
    assert assessment.level.rank >= Level.high.rank
    assert assessment.kind is Kind.self_harm


@pytest.mark.parametrize(
    "text", ["我没有想自杀", "我不会自杀的", "我不想死", "放心，从来没想过自杀", "并没有轻生的打算"]
)
def test_a_denial_right_before_the_sign_counts(text: str) -> None:
    assessment = assess(text)
    assert assessment.level is Level.none
    assert _scopes(assessment) == {"negated"}


@pytest.mark.parametrize(
    "text",
    [
        "没想自杀，就是不想活了",
        "谁不想死呢",
        "我不是没想过死",
        "没勇气自杀",
        "不是不想活，是没法活",
        "为什么不去死",
        "不，想死",
        "我不想死，可是真的撑不下去了",
    ],
)
def test_a_turn_a_double_denial_or_a_distant_not_does_not_count(text: str) -> None:
    assert assess(text).level.rank >= Level.high.rank


@pytest.mark.parametrize("text", sentences.QUOTED)
def test_news_films_songs_and_games_are_not_the_writer(text: str) -> None:
    assert assess(text).level is Level.none


@pytest.mark.parametrize("text", ["刷到有人割腕的视频，我也想试试", "看电影想自杀", "听着这首歌就想死"])
def test_who_is_moved_to_it_by_a_film_tells_of_himself(text: str) -> None:
    assert assess(text).level.rank >= Level.high.rank


@pytest.mark.parametrize("text", sentences.KNOWLEDGE)
def test_a_question_about_rules_is_answered_with_gentle_care(text: str) -> None:
    assessment = assess(text)
    assert assessment.level is Level.low
    assert assessment.kind is Kind.knowledge


@pytest.mark.parametrize("text", ["我要是自杀了算工伤吗", "我想死，能算工伤吗", "怎么自杀不疼"])
def test_a_question_about_ones_own_death_is_no_question_about_rules(text: str) -> None:
    assert assess(text).level.rank >= Level.high.rank


def test_what_is_over_and_said_to_be_over_is_followed_up_gently() -> None:
    assessment = assess("以前想过自杀，现在好了")
    assert assessment.level is Level.low
    assert _scopes(assessment) == {"past"}


@pytest.mark.parametrize("text", ["以前想过自杀，吃药好多了，现在又想了", "以前想过自杀", "去年割过腕，最近又想"])
def test_an_earlier_attempt_without_recovery_is_a_sign_of_today(text: str) -> None:
    assert assess(text).level.rank >= Level.high.rank


@pytest.mark.parametrize(
    "text",
    [
        "徒弟打电话来，说他不想活了，我该怎么劝",
        "隔壁床的老说我不想活了，劝也不听",
        "室友把自己关在屋里，说活够了，敲门没人应",
    ],
)
def test_words_that_somebody_else_said_are_his_even_with_an_i_in_them(text: str) -> None:
    assessment = assess(text)
    assert assessment.level.rank >= Level.high.rank
    assert assessment.kind is Kind.third_person


@pytest.mark.parametrize(
    "text", ["说实话我不想活了", "我跟室友说我想死", "老公出轨了，我不想活了", "看见他就想死", "他走了，我想死"]
)
def test_the_writers_own_words_stay_his_own(text: str) -> None:
    assessment = assess(text)
    assert assessment.level.rank >= Level.high.rank
    assert assessment.kind is Kind.self_harm


@pytest.mark.parametrize(
    "text", ["那年我也想过自杀，如今孩子都上学了，日子挺好", "年轻那会儿割过腕，后来成家了，过得踏实"]
)
def test_an_attempt_long_ago_is_over_where_the_years_since_were_good(text: str) -> None:
    assert assess(text).level.rank < Level.high.rank


@pytest.mark.parametrize("text", ["那年割过腕，如今又想割", "以前想过自杀，今晚真要走了", "那年没死成，现在站在楼顶上"])
def test_an_attempt_long_ago_does_not_cover_a_sign_of_today(text: str) -> None:
    assert assess(text).level.rank >= Level.high.rank


@pytest.mark.parametrize("text", ["这个剧本里师姐被逼跳崖", "语文卷子上那个想跳河的人是谁写的", "副本里自尽能回出生点"])
def test_a_play_a_lesson_or_a_game_is_nobodys_life(text: str) -> None:
    assert assess(text).level.rank < Level.high.rank


def test_a_knife_beside_blows_is_not_held_against_oneself() -> None:
    assert assess("他在外面砸门，手里有刀").kind is Kind.violence
    assert assess("不想活了，刀就在手里").kind is Kind.self_harm


def test_a_story_that_the_news_tells_is_nobodys_cry_for_help() -> None:
    assert assess("新闻里说，有个女的被家暴").level.rank < Level.high.rank
