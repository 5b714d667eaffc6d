"""Accelerators, all absent."""


class _Absent:
    @staticmethod
    def is_available():
        return False

    @staticmethod
    def is_built():
        return False

    @staticmethod
    def version():
        return None


cuda = _Absent()
cudnn = _Absent()
mps = _Absent()
