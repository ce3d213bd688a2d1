using System.Globalization;
using System.Net;
using System.Text;

namespace PeerReplica.Benchmarks.Load.Plots;

/// <summary>Lines over two axes, as an SVG that needs nothing else and is readable on light and on dark.</summary>
internal sealed class LinePlot(string title, string note, PlotAxis x, PlotAxis y, IReadOnlyList<PlotLine> lines)
{
    private const int Width = 850;
    private const int Height = 430;
    private const int Left = 76;
    private const int Right = 600;
    private const int Top = 66;
    private const int Bottom = 366;
    private const int MarkedAtMost = 12;

    /// <summary>Distinguishable also where red and green are not.</summary>
    private static readonly (string Light, string Dark)[] s_colors =
    [
        ("#0060c0", "#58a6ff"), ("#c85000", "#ffa657"), ("#0a7d5a", "#56d4a8"), ("#9b3fb5", "#d2a8ff"), ("#6b7280", "#9aa4b2"), ("#b8860b", "#e3c341"), ("#b3123f", "#ff8fa3"),
    ];

    public string ToSvg()
    {
        var svg = new StringBuilder();
        svg.Append(Invariant($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" height=\"{Height}\" role=\"img\">\n"));
        svg.Append(Invariant($"<title>{Escaped(title)}</title>\n{Style()}\n<rect class=\"ground\" width=\"{Width}\" height=\"{Height}\" rx=\"6\"/>\n"));
        Text(svg, Left, 28, "title", title);
        Text(svg, Left, 48, "note", note);
        Axes(svg);
        for (var i = 0; i < lines.Count; i++) Line(svg, i);
        return svg.Append("</svg>\n").ToString();
    }

    private static string Style()
    {
        var light = string.Concat(s_colors.Select((c, i) => $".l{i}{{stroke:{c.Light}}}.m{i}{{fill:{c.Light}}}"));
        var dark = string.Concat(s_colors.Select((c, i) => $".l{i}{{stroke:{c.Dark}}}.m{i}{{fill:{c.Dark}}}"));
        return $$"""
            <style>
            text{font:13px system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;fill:#24292f}.title{font-size:16px;font-weight:600}.note,.tick{font-size:12px;fill:#57606a}
            .ground{fill:#fff}.grid{stroke:#d8dee4;stroke-width:1}.axis{stroke:#57606a;stroke-width:1}.line{fill:none;stroke-width:2;stroke-linejoin:round}{{light}}
            @media (prefers-color-scheme:dark){text{fill:#e6edf3}.note,.tick{fill:#9aa4b2}.ground{fill:#0d1117}.grid{stroke:#30363d}.axis{stroke:#9aa4b2}{{dark}}}
            </style>
            """;
    }

    private void Axes(StringBuilder svg)
    {
        foreach (var (value, label) in x.Ticks)
        {
            var at = AtX(value);
            svg.Append(Invariant($"<line class=\"grid\" x1=\"{at:0.#}\" x2=\"{at:0.#}\" y1=\"{Top}\" y2=\"{Bottom}\"/>\n"));
            Text(svg, at, Bottom + 18, "tick", label, "middle");
        }

        foreach (var (value, label) in y.Ticks)
        {
            var at = AtY(value);
            svg.Append(Invariant($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Right}\" y1=\"{at:0.#}\" y2=\"{at:0.#}\"/>\n"));
            Text(svg, Left - 8, at + 4, "tick", label, "end");
        }

        svg.Append(Invariant($"<path class=\"axis\" fill=\"none\" d=\"M{Left} {Top}V{Bottom}H{Right}\"/>\n"));
        Text(svg, (Left + Right) / 2.0, Bottom + 42, "label", x.Label, "middle");
        var middle = (Top + Bottom) / 2.0;
        svg.Append(Invariant($"<text x=\"20\" y=\"{middle}\" text-anchor=\"middle\" transform=\"rotate(-90 20 {middle})\">{Escaped(y.Label)}</text>\n"));
    }

    private void Line(StringBuilder svg, int index)
    {
        var color = index % s_colors.Length;
        var points = lines[index].Points.Select(p => (X: AtX(p.X), Y: AtY(p.Y))).ToArray();
        svg.Append(Invariant($"<polyline class=\"line l{color}\" points=\"{string.Join(' ', points.Select(p => Invariant($"{p.X:0.#},{p.Y:0.#}")))}\"/>\n"));
        var shown = points.Length <= MarkedAtMost ? points : [];
        var row = Top + 10 + (index * 24);
        svg.Append(Invariant($"<line class=\"line l{color}\" x1=\"{Right + 18}\" x2=\"{Right + 42}\" y1=\"{row}\" y2=\"{row}\"/>\n"));
        if (shown.Length > 0) shown = [.. shown, (Right + 30, row)];
        foreach (var (atX, atY) in shown) svg.Append(Invariant($"<circle class=\"m{color}\" cx=\"{atX:0.#}\" cy=\"{atY:0.#}\" r=\"3.5\"/>\n"));
        Text(svg, Right + 50, row + 4, "label", lines[index].Name);
    }

    private static void Text(StringBuilder svg, double atX, double atY, string style, string text, string anchor = "start") =>
        svg.Append(Invariant($"<text class=\"{style}\" x=\"{atX:0.#}\" y=\"{atY:0.#}\" text-anchor=\"{anchor}\">{Escaped(text)}</text>\n"));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Escaped(string text) => WebUtility.HtmlEncode(text);

    private double AtX(double value) => Left + (x.Place(value) * (Right - Left));

    private double AtY(double value) => Bottom - (y.Place(value) * (Bottom - Top));
}
