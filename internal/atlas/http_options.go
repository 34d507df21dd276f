package atlas

import "nhipcau/internal/web"

func (p mapPage) formOptions() (all []web.Option) {
	for _, f := range p.Forms {
		all = append(all, web.Option{Value: f.ID, Text: f.Title})
	}
	return all
}

func (p mapPage) periodOptions() (all []web.Option) {
	for _, x := range p.Periods {
		all = append(all, web.Option{Value: x.ID, Text: x.Name})
	}
	return all
}

func (p mapPage) rolloutOptions() (all []web.Option) {
	for _, x := range p.Rolled {
		all = append(all, web.Option{Value: x.ID, Text: x.Title})
	}
	return all
}

func (p mapPage) itemOptions() (all []web.Option) {
	for _, m := range p.Offered {
		all = append(all, web.Option{Value: m.Key, Text: p.called(m)})
	}
	return all
}

func (p mapPage) perOptions() []web.Option {
	all := []web.Option{{Text: p.T("atlas.divided.not")}}
	for _, m := range p.Pers {
		all = append(all, web.Option{Value: m.Key, Text: p.called(m)})
	}
	return all
}

// step writes what a shade stands for.
func (p mapPage) step(s Step) string {
	switch {
	case p.Shown.Share:
		return p.T("atlas.step.share", s.Low, s.High)
	case s.Low == s.High:
		return s.Low
	}
	return p.T("atlas.step", s.Low, s.High)
}

// tiles are the units as rectangles, where they are not provinces.
func (p mapPage) tiles() (all []web.Tile) {
	for _, c := range p.Cells {
		all = append(all, web.Tile{Label: c.Name + ": " + p.says(c), Href: p.href(c), Size: max(1, c.Weight), State: web.State(c.class())})
	}
	return all
}
