"""A rulebook shown to people: in plain Chinese, beside the original, as a timetable and as a picture."""
