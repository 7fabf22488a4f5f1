"""The school's homework and after-school management system; importing a rule loads neither Flask nor SQLAlchemy."""
