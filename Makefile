# `make run` on a bare Debian 12 and `make test` on the same machine; everything else is a piece of them.
# Steps that are done leave a stamp, written last: an interrupted run goes on where it was.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
UV := 0.13.9
PY := .venv/bin/python
ROOT := $(filter 0,$(shell id -u))
# Some machines switch byte code off; every start would then compile some two thousand files, four times over.
export PYTHONDONTWRITEBYTECODE :=

help:
	@echo "make run    建立环境与演示城市并启动(公众区 8000 端口,内部区 8080 端口;换端口:make run PORT=8010)"
	@echo "make test   全部检查与测试(约 10 分钟)"
	@echo "make check  代码检查:ruff、mypy、import-linter、迁移"
	@echo "make doctor 检查本机环境,逐项说明缺什么、怎么装"
	@echo "make bench  性能测量,每个数字一行 JSON"
	@echo "make demo   只建立演示城市      make lock  重新锁定依赖      make clean  删除环境(不删数据)"

run: setup fonts
	@$(PY) -m renda serve --demo $(if $(PORT),--port $(PORT))

doctor: setup
	@$(PY) -m renda doctor

demo: setup
	@$(PY) -m renda demo

test: setup browser
	@$(PY) -m renda database temporary -- $(MAKE) check suite

# A file stays on one worker: the process tests of a file share one site. The closing line is pytest's own.
suite:
	@$(PY) -m pytest -n 2 --dist loadfile

check: setup
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check --exclude '*.md' .
	@$(PY) -m mypy -p renda
	@.venv/bin/lint-imports
	@$(PY) -m renda check
	@$(PY) -m renda makemigrations --check --dry-run

bench: setup
	@$(PY) -m renda database temporary -- $(PY) -m bench

lock:
	@.venv/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --all-extras \
		--python-version 3.11 --custom-compile-command "make lock" pyproject.toml -o requirements.lock
	@npm install --package-lock-only

clean:
	rm -rf .venv node_modules build *.egg-info

setup: .venv/.ready node_modules/.ready

.venv/.ready: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更新版本"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(call install,python3-venv)
	@echo "· 正在建立 Python 环境(首次需要几分钟)……"
	@# Begun anew unless it was whole: of a killed install uv takes packages for whole that lie there by half.
	@test -e $@ || $(PYTHON) -m venv --clear .venv
	@rm -f $@
	@test "$$(.venv/bin/uv --version 2>/dev/null | cut -d' ' -f2)" = "$(UV)" || \
		$(PY) -m pip install --quiet --disable-pip-version-check uv==$(UV)
	@.venv/bin/uv pip install --python $(PY) --require-hashes -r requirements.lock
	@$(PY) -c 'import site, pathlib as p; p.Path(site.getsitepackages()[0], "renda.pth").write_text(str(p.Path.cwd()) + "\n")'
	@printf '#!%s\nfrom renda.site.command import main\n\nmain()\n' "$$PWD/$(PY)" > .venv/bin/renda
	@chmod +x .venv/bin/renda
	@touch $@

node_modules/.ready: package-lock.json package.json
	@command -v npm >/dev/null || $(call install,nodejs npm)
	@node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' || { echo "需要 Node.js 18 或更新版本"; exit 1; }
	@echo "· 正在安装前端软件包……"
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# Pages for print are set in it; without one they say what is missing.
fonts:
	@fc-list :lang=zh 2>/dev/null | grep -q . || { $(if $(ROOT),$(call install,fontconfig fonts-noto-cjk),\
		echo "没有中文字体,PDF 将无法生成;安装:sudo apt-get install fontconfig fonts-noto-cjk"); }

# The tests that need a browser or a font are skipped, and counted as skipped, where there is none.
browser: fonts
	@command -v chromium >/dev/null || { $(if $(ROOT),$(call install,chromium),\
		echo "没有 Chromium,浏览器测试将跳过;安装:sudo apt-get install chromium"); }

# install(packages): by apt when root, else a line that says what to do. What a killed apt left is set right first.
APT := DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=120
define install
$(if $(ROOT),{ echo "· 正在安装 $(1) ……"; $(APT) update && \
	{ dpkg --configure -a >/dev/null 2>&1 || $(APT) install --fix-broken >/dev/null; } && \
	$(APT) install --no-install-recommends $(1) >/dev/null; },{ echo "缺少 $(1):sudo apt-get install $(1)"; exit 1; })
endef

.PHONY: help run doctor demo test suite check bench lock clean setup fonts browser
