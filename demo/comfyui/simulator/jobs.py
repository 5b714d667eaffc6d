"""Prompts as jobs, as newer versions tell them below /api/jobs; only with --simulated-jobs."""

STATUSES = ("pending", "in_progress", "completed", "failed", "cancelled")
ENDS = ("execution_success", "execution_error", "execution_interrupted")


class BadQuery(ValueError):
    pass


def find(queue, prompt_id):
    """Returns the job with its outputs, or None."""
    running, waiting = queue.current()
    entry = queue.history(prompt_id).get(prompt_id)
    if entry:
        return _ended(prompt_id, entry, True)
    for items, status in ((running, "in_progress"), (waiting, "pending")):
        for item in items:
            if item[1] == prompt_id:
                return {**_queued(item, status), "workflow": {"prompt": item[2], "extra_data": item[3]}}
    return None


def listed(queue, query):
    """Returns one page of jobs as the query asks; raises BadQuery."""
    wanted = [word.strip().lower() for word in query["status"].split(",") if word.strip()] if "status" in query else STATUSES
    unknown = [word for word in wanted if word not in STATUSES]
    if unknown:
        raise BadQuery(f"Invalid status value(s): {', '.join(unknown)}. Valid values: {', '.join(STATUSES)}")
    limit, offset = _number(query, "limit"), _number(query, "offset") or 0
    running, waiting = queue.current()
    jobs = [_queued(item, "in_progress") for item in running] + [_queued(item, "pending") for item in waiting]
    jobs += [_ended(key, entry, False) for key, entry in queue.history().items()]
    jobs = [job for job in jobs if job["status"] in wanted]
    jobs.sort(key=_duration if query.get("sort_by") == "execution_duration" else lambda job: job.get("create_time", 0),
              reverse=query.get("sort_order", "desc") == "desc")
    page = jobs[offset:] if limit is None else jobs[offset:offset + limit]
    return {
        "jobs": page,
        "pagination": {"offset": offset, "limit": limit, "total": len(jobs), "has_more": offset + len(page) < len(jobs)},
    }


def _number(query, name):
    if name not in query:
        return None
    try:
        return int(query[name])
    except ValueError as error:
        raise BadQuery(f"{name} must be an integer") from error


def _duration(job):
    start, end = job.get("execution_start_time"), job.get("execution_end_time")
    return end - start if start and end else 0


def _pruned(job):
    return {key: value for key, value in job.items() if value is not None}


def _queued(item, status):
    number, prompt_id, _, extra_data, _ = item
    return _pruned({"id": prompt_id, "status": status, "priority": number,
                    "create_time": extra_data.get("create_time"), "outputs_count": 0})


def _ended(prompt_id, entry, with_outputs):
    number, _, prompt, extra_data, _ = entry["prompt"]
    told = dict(entry["status"]["messages"])
    end = next((told[name] for name in ENDS if name in told), {})
    if entry["status"]["status_str"] == "success":
        status = "completed"
    else:
        status = "cancelled" if "execution_interrupted" in told else "failed"
    pictures = [{**picture, "nodeId": node_id, "mediaType": kind}
                for node_id, output in entry["outputs"].items() for kind, items in output.items()
                if isinstance(items, list) for picture in items if isinstance(picture, dict)]
    saved = [picture for picture in pictures if picture.get("type") == "output"]
    job = _pruned({
        "id": prompt_id, "status": status, "priority": number, "create_time": extra_data.get("create_time"),
        "execution_start_time": told.get("execution_start", {}).get("timestamp"),
        "execution_end_time": end.get("timestamp"),
        "execution_error": told.get("execution_error"),
        "outputs_count": len(pictures),
        "preview_output": next(iter(saved or pictures), None),
    })
    if with_outputs:
        job["outputs"] = entry["outputs"]
        job["execution_status"] = entry["status"]
        job["workflow"] = {"prompt": prompt, "extra_data": extra_data}
    return job
