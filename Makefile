# Two commands: `make app` opens the app, `make test` runs every test. Both set up .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
REQS := requirements.txt requirements-dev.txt pyproject.toml
# large packages that the command and the app import at every start
COMPILED := numpy pandas pyarrow streamlit streamlit_folium folium branca jinja2 requests starlette uvicorn geopandas shapely \
	networkx rich openpyxl xlsxwriter docx lxml matplotlib PIL fpdf fontTools pypdf

.PHONY: app test setup lint clean
app: setup
	$(BIN)/streamlit run app.py

test: setup
	$(BIN)/lint-imports
	$(BIN)/pytest

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

setup: $(VENV)/.installed

# uv installs in seconds; where it cannot be had, pip does the same in a minute or two
$(VENV)/.installed: $(REQS)
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; found " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "python3-venv is needed: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv || echo "uv is not to be had; pip goes on"
	@if [ -x $(BIN)/uv ]; then $(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements.txt -r requirements-dev.txt -e .; \
	else $(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-dev.txt -e .; fi
# uv leaves no bytecode; where Python may write none either, every start would compile pandas again (1.4 s of 2.3)
	@$(BIN)/python -m compileall -q -j 0 -x '/tests?/' $$($(BIN)/python -c 'import sysconfig, sys; \
	print(*(sysconfig.get_path("platlib") + "/" + name for name in sys.argv[1:]))' $(COMPILED)) || true
	@touch $@

clean:
	rm -rf $(VENV) static/layers .mypy_cache .ruff_cache .pytest_cache
