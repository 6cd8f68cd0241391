# Read by ctest after the tests were discovered, which knows one label alone.
set_tests_properties(${test_hostile_TESTS} PROPERTIES LABELS "scep;hostile")
