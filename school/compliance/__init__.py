"""The composer of what the school must show: figures that join homework, courses, teachers and families."""
