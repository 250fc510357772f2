"""nbgrader's configuration of this course. nbgrader's own commands work as documented."""

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "convnets"
c.CourseDirectory.solution_directory = "solutions"

# Executing and judging are ours; the workflow and the gradebook are nbgrader's.
c.Autograde.exporter_class = "autograder.gradebook.autograde.EvaluatingExporter"
c.Autograde.sanitize_preprocessors = []
c.Autograde.autograde_preprocessors = [
    "autograder.gradebook.autograde.SaveGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
]

# What a student wrote must not run in the browser of who reads it (formgrader and feedback).
c.HTMLExporter.filters = {"markdown2html": "autograder.gradebook.safe_markdown.markdown2html"}
c.HTMLExporter.preprocessors = ["autograder.gradebook.safe_page.Clean"]

# What a student reads: one page, scores first, no network.
c.GenerateFeedback.exporter_class = "autograder.gradebook.feedback.FeedbackExporter"
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "autograder.gradebook.feedback.Summarise",
]

c.ExportApp.plugin_class = "autograder.lms.export.GradesExporter"

c.ClearSolutions.code_stub = {"python": "raise NotImplementedError()"}
c.ClearSolutions.text_stub = "*Write your answer here.*"
c.ExecutePreprocessor.timeout = 600

# Late penalties: a share of the score for each day begun after the deadline, up to the cap.
c.AssignLatePenalties.plugin_class = "autograder.gradebook.late.LatePenalty"
c.LatePenalty.per_day = 0.0  # 0.1: a tenth of the score for each day; 0: no penalty
c.LatePenalty.grace_minutes = 15.0
c.LatePenalty.cap = 1.0

# nbgrader zip_collect: downloads of Canvas, Moodle and Gradescope, and files named
# UNIT_STUDENT_attempt_DATE-TIME_NAME.ipynb
c.ZipCollectApp.extractor_plugin = "autograder.lms.collect.plugins.SafeExtractor"
c.ZipCollectApp.collector_plugin = "autograder.lms.collect.plugins.LmsCollector"
c.FileNameCollectorPlugin.named_regexp = (
    r".*/[0-9a-z_]+?_(?P<student_id>[^_/]+)_attempt_(?P<timestamp>[0-9\-]+)_(?P<file_id>.+)\.ipynb$"
)

# This course. What is not named here has the default that autograder/course/settings.py gives.
c.Autograder.title = "Convolutional networks for images"
c.Autograder.graders = "autograder/graders"
c.Autograder.samples = "tests/submissions"
c.Autograder.tensors = "torch"
c.Autograder.preload = [
    "torch",
    "torch.nn.functional",
    "torchvision.transforms.v2",
    "scipy.signal",
    "sklearn.datasets",
    "tqdm.auto",
    "pandas",
]
c.Autograder.environment = {"TORCHINDUCTOR_CACHE_DIR": "/tmp/inductor"}
c.Autograder.requirements = "source/requirements.txt"
c.Autograder.start_here = "source/START_HERE.md"
c.Autograder.demo = "02_convolution"
