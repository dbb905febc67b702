"""The speaker's page: what to say, what comes next, and a timer; it follows the presenting window and can drive it."""

from pages.shared import present_stage, talk

talk.read_url()
present_stage.load()
present_stage.show_speaker()
