from typing import Any

from django.db import migrations


def several_fields(apps: Any, schema_editor: Any) -> None:
    """A response has a list of typed texts, and may have a point; a result may have parts."""
    submissions = apps.get_model("quizzes", "Submission").objects
    for submission in submissions.only("response", "result").iterator():
        text = submission.response.pop("text", "")
        submission.response |= {"texts": [text] if text else [], "point": None}
        submission.result.setdefault("parts", [])
        submission.save(update_fields=["response", "result"])


class Migration(migrations.Migration):

    dependencies = [
        ('quizzes', '0001_initial'),
    ]

    operations = [
        migrations.RunPython(several_fields, migrations.RunPython.noop),
    ]
