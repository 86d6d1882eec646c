"""The ``renda`` command: some verbs of the site, every other verb is a management command of a capability."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence

from renda.site.environment import data_directory

HELP = """renda —— 人大智能应用平台

  renda serve      启动全部服务(数据库、网页、实时消息、后台任务),Ctrl-C 停止
  renda demo       建立演示城市(黄冈),可重复运行
  renda doctor     检查本机环境,逐项说明缺什么、怎么装
  renda database   数据库:status 状态|url 连接地址|run 只运行数据库|prepare 在外部数据库上建角色|temporary 临时库
  renda backup DIR     备份数据库、文件和密钥     renda restore DIR  恢复到空的数据目录
  renda audit verify            核对审计链
  renda exchange export DIR     两区分设两台机器时:导出文件(import 导入,keys、trust 交换公钥)
  renda places import FILE      导入行政区划
  renda congress found PLACE    建立正式站点(最高一级人大和四位管理员)
  renda messages replay FILE    按原时间重放留言
  renda help                    全部管理命令
"""

# These read or write files only; no database is started for them.
WITHOUT_DATABASE = {
    *("help", "check", "makemigrations", "collectstatic", "version", "compilemessages", "makemessages"),
    *("messages classify", "messages train"),
}
# These change tables, so they come as the tables' owner.
AS_OWNER = {"migrate", "sqlmigrate", "lintmigrations"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; ends the process with its status.

    Raises:
        SystemExit: always on failure, with 1 (said no) or 2 (wrong words).
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    verb = words[0] if words else ""
    # Sentences and tables are Chinese whatever the terminal's locale says.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "renda.site.settings")
    if verb in {"", "-h", "--help"}:
        print(HELP)
        return
    from renda.site.backup import BackupError
    from renda.site.database import NoPostgresError, ServerError
    from renda.site.serve.stamps import StepError

    try:
        sys.exit(_verbs().get(verb, manage)(words))
    except (BackupError, NoPostgresError, ServerError, StepError) as failure:
        print(failure, file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:  # who read the output (``| head``) has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except KeyboardInterrupt:
        print("已中断;可以再次运行。", file=sys.stderr)
        sys.exit(130)


def _verbs() -> dict[str, Callable[[list[str]], int]]:
    def serve(words: list[str]) -> int:
        from renda.site.serve.run import serve

        return serve(words[1:])

    def database(words: list[str]) -> int:
        from renda.site.database.command import database

        return database(words[1:])

    def doctor(words: list[str]) -> int:
        from renda.site.doctor import doctor

        argparse.ArgumentParser("renda doctor").parse_args(words[1:])
        return doctor()

    def backup(words: list[str]) -> int:
        from renda.site.backup import backup

        return backup(words[1:], _aside)

    def restore(words: list[str]) -> int:
        from renda.site.backup import restore

        return restore(words[1:], _aside)

    return {"serve": serve, "database": database, "doctor": doctor, "backup": backup, "restore": restore}


def manage(words: list[str]) -> int:
    """A management command of Django or of a capability, with a database that runs and has its tables."""
    from django.core.management import execute_from_command_line

    if words[0] in AS_OWNER:
        os.environ.setdefault("RENDA_ROLE", "owner")
    elif os.environ.get("RENDA_ZONE") == "public":
        # Commands carry; only the web is renda_public.
        os.environ.setdefault("RENDA_ROLE", "app")
    if WITHOUT_DATABASE & {words[0], " ".join(words[:2])} or {"-h", "--help"} & set(words):
        execute_from_command_line(["renda", *words])
        return 0
    from renda.site.database import leased
    from renda.site.serve import stamps

    root = data_directory()
    with leased(root, _aside) as own:
        if own is not None and words[0] not in AS_OWNER:
            stamps.migrate(root, _aside)
        execute_from_command_line(["renda", *words])
    return 0


def _aside(sentence: str) -> None:
    # Standard output belongs to the command (some print CSV or JSON).
    print(sentence, file=sys.stderr)
