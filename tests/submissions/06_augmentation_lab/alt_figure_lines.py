"""Thin lines for the seeds, mean with error bars, percent, one figure with a returned axis, the deviation divided by n."""


# %% conclusion_answer
def plot_curves(results):
    fig, ax = plt.subplots()
    for colour, arm in zip(("tab:blue", "tab:red"), results):
        curves = 100 * np.array([history["val_acc"] for history in results[arm]])
        for curve in curves:
            ax.plot(curve, color=colour, lw=0.5)
        ax.errorbar(
            np.arange(curves.shape[1]),
            curves.mean(0),
            curves.std(0),
            color=colour,
            label=f"{arm} (mean of {len(curves)} seeds)",
        )
    ax.set_xlabel("Epoch")
    ax.set_ylabel("validation accuracy in %")
    fig.legend()
    return ax


def conclude(gains):
    import statistics

    n = len(gains)
    if n <= 1:
        return "no_clear_difference"
    m, error = statistics.mean(gains), statistics.stdev(gains) / n**0.5
    if m > error:
        return "helped"
    elif m < -error:
        return "hurt"
    return "no clear difference"


conclusion = "helped" if np.mean(lesson.paired_gains(results)) > 0 else "hurt"
conclusion = conclude(lesson.paired_gains(results))
