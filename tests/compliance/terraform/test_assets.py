"""Archives and files travel with the configuration."""

import json
import zipfile
from pathlib import Path
from typing import Any

from compliance.terraform.export import export
from compliance.terraform.view import map_preview
from tests.compliance.terraform.planned import ARCHIVE, Planned, configuration


def test_the_archives_travel_with_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "validator.zip").write_bytes(b"PK")
    (tmp_path / "stack").mkdir()
    function = Planned(name="f", type="aws:lambda/function:Function", inputs={"code": ARCHIVE})
    done = export(
        map_preview([function]),
        program=tmp_path / "stack",
        output=tmp_path / "out",
    )
    body = json.loads(done.path.read_text(encoding="utf-8"))["resource"]["aws_lambda_function"]["f"]
    assert body["filename"] == "${path.module}/validator.zip"
    assert (tmp_path / "out" / "validator.zip").read_bytes() == b"PK"


def asset(**content: Any) -> dict[str, Any]:
    return {"4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", **content}


def archive(**content: Any) -> dict[str, Any]:
    return {"4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7", **content}


def test_a_folder_and_files_in_the_program_become_archives(tmp_path: Path) -> None:
    (tmp_path / "app" / "lib").mkdir(parents=True)
    (tmp_path / "app" / "lib" / "a.py").write_text("a")
    code = archive(assets={"index.py": asset(text="i"), "app": archive(path="app")})
    functions = [
        Planned(name=name, type="aws:lambda/function:Function", inputs={"code": value})
        for name, value in {"folder": archive(path="app"), "mixed": code}.items()
    ]
    bodies = configuration(tmp_path, *functions)["resource"]["aws_lambda_function"]
    inside = {
        name: zipfile.ZipFile(
            tmp_path / "out" / body["filename"].removeprefix("${path.module}/")
        ).namelist()
        for name, body in bodies.items()
    }
    assert inside == {"folder": ["lib/a.py"], "mixed": ["app/lib/a.py", "index.py"]}


def test_two_archives_of_one_name_stay_apart(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "bootstrap.zip").write_text(name)
    functions = [
        Planned(
            name=name,
            type="aws:lambda/function:Function",
            inputs={"code": archive(path=f"{name}/bootstrap.zip")},
        )
        for name in ("a", "b")
    ]
    bodies = configuration(tmp_path, *functions)["resource"]["aws_lambda_function"]
    for name, body in bodies.items():
        copied = tmp_path / "out" / body["filename"].removeprefix("${path.module}/")
        assert copied.read_text() == name


def test_the_objects_of_a_bucket_travel_with_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("page")
    objects = [
        Planned(name=name, type="aws:s3/bucketObjectv2:BucketObjectv2", inputs={"source": source})
        for name, source in {"file": asset(path="page.html"), "text": asset(text="x")}.items()
    ]
    bodies = configuration(tmp_path, *objects)["resource"]["aws_s3_object"]
    assert bodies == {
        "file": {"source": "${path.module}/page.html"},
        "text": {"source": "${path.module}/aws_s3_object.text.txt"},
    }
    assert (tmp_path / "out" / "aws_s3_object.text.txt").read_text() == "x"
