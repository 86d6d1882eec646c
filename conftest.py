pytest_plugins = ["tests.database", "tests.fonts", "tests.people"]
