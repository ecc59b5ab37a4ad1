"""pyarrow.compute as the type checker takes it: pyarrow makes its functions while it is imported."""

from typing import Any

import pyarrow.compute

pc: Any = pyarrow.compute
