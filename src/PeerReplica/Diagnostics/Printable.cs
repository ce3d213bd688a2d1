using System.Globalization;
using System.Text;

namespace PeerReplica.Diagnostics;

/// <summary>Text in which nothing can end a line, move a cursor or change the order of what is shown: names and reasons in log messages may be a peer's choice.</summary>
internal static class Printable
{
    /// <summary>Replaces control characters, separators of lines, and marks of direction by <c>\u</c> and their code. Returns the same text if there is none.</summary>
    public static string Escape(string text)
    {
        var first = 0;
        while (first < text.Length && !IsHidden(text[first])) first++;
        if (first == text.Length) return text;
        var escaped = new StringBuilder(text, 0, first, text.Length + 16);
        foreach (var c in text.AsSpan(first))
        {
            if (IsHidden(c)) escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
            else escaped.Append(c);
        }

        return escaped.ToString();
    }

    private static bool IsHidden(char c) =>
        char.IsControl(c) || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
