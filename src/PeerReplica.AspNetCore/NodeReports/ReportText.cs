namespace PeerReplica.AspNetCore.NodeReports;

/// <summary>Text of apps, so that a report can always be encoded.</summary>
internal static class ReportText
{
    /// <summary>The text without halves of surrogate pairs, and no longer than a limit.</summary>
    public static string Cut(string text, int limit)
    {
        var cut = text.Length > limit ? string.Concat(text.AsSpan(0, limit - 1), "…") : text;
        return string.Create(cut.Length, cut, static (target, source) =>
        {
            for (var i = 0; i < source.Length; i++)
            {
                var isPair = char.IsHighSurrogate(source[i]) && i + 1 < source.Length && char.IsLowSurrogate(source[i + 1]);
                target[i] = isPair || !char.IsSurrogate(source[i]) ? source[i] : '?';
                if (!isPair) continue;
                target[i + 1] = source[i + 1];
                i++;
            }
        });
    }
}
