"""Run the service under pyinstrument and save the session.

python under_pyinstrument.py SESSION
"""

import sys

from pyinstrument import Profiler

import service

profiler = Profiler()
profiler.start(target_description="service.py")
try:
    service.main()
except SystemExit:
    pass
finally:
    profiler.stop().save(sys.argv[1])
